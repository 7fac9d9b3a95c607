// Lines over time: what does not add up.
import { CartesianGrid, Line, LineChart, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import { ChartTip } from './ChartTip.tsx';
import { formatTick } from './buckets.ts';
import type { TimeChartProps } from './series.ts';
import { AXIS, MARGIN, TICK } from './style.ts';

export function TimeLines({ label, bucket, buckets, series, format, formatAxis = format, onPick }: TimeChartProps) {
  const rows = buckets.map(({ at, values }) => ({ at, ...values }));
  return (
    <div className="chart" role="group" aria-label={label} data-pick={onPick ? '' : undefined}>
      <ResponsiveContainer width="100%" height="100%">
        <LineChart
          data={rows}
          margin={MARGIN}
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
            cursor={{ stroke: 'var(--line-strong)' }}
            content={<ChartTip series={series} bucket={bucket} format={format} />}
          />
          {series.map(({ key, label: name, colour }) => (
            <Line
              key={key}
              dataKey={key}
              name={name}
              stroke={colour}
              strokeWidth={2}
              dot={{ r: 3, fill: colour, strokeWidth: 0 }}
              isAnimationActive={false}
            />
          ))}
        </LineChart>
      </ResponsiveContainer>
    </div>
  );
}
