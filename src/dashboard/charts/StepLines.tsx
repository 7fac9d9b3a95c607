// Figures that hold until they change: prices and ratings over time.
import { CartesianGrid, Line, LineChart, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import { formatDay, formatHour } from '../format/times.ts';
import { ChartTip } from './ChartTip.tsx';
import type { Series, Step } from './series.ts';
import { AXIS, MARGIN, TICK } from './style.ts';

const DAY_MS = 86_400_000;

type Props = {
  readonly label: string;
  readonly steps: readonly Step[];
  readonly series: readonly Series[];
  readonly format: (value: number) => string;
};

export function StepLines({ label, steps, series, format }: Props) {
  const isShort = (steps.at(-1)?.at ?? 0) - (steps[0]?.at ?? 0) < 2 * DAY_MS;
  const rows = steps.map(({ at, values }) => ({ at, ...values }));
  return (
    <div className="chart chart-low" role="group" aria-label={label}>
      <ResponsiveContainer width="100%" height="100%">
        <LineChart data={rows} margin={{ ...MARGIN, right: 20 }}>
          <CartesianGrid vertical={false} stroke="var(--line)" />
          <XAxis
            dataKey="at"
            type="number"
            scale="time"
            domain={['dataMin', 'dataMax']}
            {...AXIS}
            tick={TICK}
            minTickGap={40}
            tickFormatter={(at: number) => (isShort ? formatHour(at) : formatDay(at))}
          />
          <YAxis {...AXIS} tick={TICK} width={64} tickFormatter={format} />
          <Tooltip isAnimationActive={false} content={<ChartTip series={series} bucket="instant" format={format} />} />
          {series.map(({ key, label: name, colour }) => (
            <Line
              key={key}
              type="stepAfter"
              dataKey={key}
              name={name}
              stroke={colour}
              strokeWidth={2}
              connectNulls
              dot={{ r: 2.5, fill: colour, strokeWidth: 0 }}
              isAnimationActive={false}
            />
          ))}
        </LineChart>
      </ResponsiveContainer>
    </div>
  );
}
