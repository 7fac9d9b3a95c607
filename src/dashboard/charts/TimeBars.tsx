// Bars over time, stacked: what adds up. What is negative hangs below zero.
import {
  Bar,
  BarChart,
  CartesianGrid,
  Cell,
  ReferenceLine,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from 'recharts';
import { ChartTip } from './ChartTip.tsx';
import { formatTick } from './buckets.ts';
import type { TimeChartProps } from './series.ts';
import { AXIS, MARGIN, TICK } from './style.ts';

export function TimeBars({ label, bucket, buckets, series, format, formatAxis = format, onPick }: TimeChartProps) {
  const rows = buckets.map(({ at, values }) => ({ at, ...values }));
  const hasLoss = buckets.some(({ values }) => Object.values(values).some((value) => (value ?? 0) < 0));
  return (
    <div className="chart" role="group" aria-label={label} data-pick={onPick ? '' : undefined}>
      <ResponsiveContainer width="100%" height="100%">
        <BarChart
          data={rows}
          margin={MARGIN}
          barCategoryGap="20%"
          // What is negative goes below zero, not into the bar above it.
          stackOffset="sign"
          onClick={({ activeLabel }) => activeLabel !== undefined && onPick?.(String(activeLabel))}
        >
          <CartesianGrid vertical={false} stroke="var(--line)" />
          <XAxis
            dataKey="at"
            {...AXIS}
            tick={TICK}
            minTickGap={28}
            tickFormatter={(at: string) => formatTick(at, bucket)}
          />
          <YAxis {...AXIS} tick={TICK} width={64} tickFormatter={formatAxis} />
          <Tooltip
            isAnimationActive={false}
            cursor={{ fill: 'var(--hover)' }}
            content={<ChartTip series={series} bucket={bucket} format={format} />}
          />
          {hasLoss && <ReferenceLine y={0} stroke="var(--line-strong)" />}
          {series.map(({ key, label: name, colour }) => (
            <Bar
              key={key}
              dataKey={key}
              name={name}
              fill={colour}
              stackId="all"
              isAnimationActive={false}
              maxBarSize={44}
            >
              {hasLoss &&
                buckets.map(({ at, values }) => (
                  <Cell key={at} fill={(values[key] ?? 0) < 0 ? 'var(--bad)' : colour} />
                ))}
            </Bar>
          ))}
        </BarChart>
      </ResponsiveContainer>
    </div>
  );
}
