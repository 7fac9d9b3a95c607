// What stands beside the pointer: the bucket, each series with its figure, and the sum where series add up.
import { formatTime } from '../format/times.ts';
import { formatBucket } from './buckets.ts';
import type { Series } from './series.ts';

type Props = {
  readonly active?: boolean;
  readonly label?: string | number;
  readonly payload?: readonly { readonly dataKey?: unknown; readonly value?: unknown }[];
  readonly series: readonly Series[];
  readonly bucket: 'hour' | 'day' | 'instant';
  readonly format: (value: number) => string;
};

export function ChartTip({ active, label, payload = [], series, bucket, format }: Props) {
  if (!active || label === undefined) return null;
  const figures = new Map(payload.map(({ dataKey, value }) => [dataKey, value]));
  return (
    <div className="chart-tip">
      <strong>{bucket === 'instant' ? formatTime(label) : formatBucket(String(label), bucket)}</strong>
      {series.map(({ key, label: name, colour }) => {
        const value = figures.get(key);
        return typeof value === 'number' ? (
          <div key={key}>
            <i style={{ background: colour }} />
            {name} <b>{format(value)}</b>
          </div>
        ) : null;
      })}
    </div>
  );
}
