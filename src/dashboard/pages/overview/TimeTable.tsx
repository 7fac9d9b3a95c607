// What the chart shows, in figures; each bucket leads to its requests, also by keyboard.
import { Link } from '@tanstack/react-router';
import { endOfBucket, formatBucket } from '../../charts/buckets.ts';
import type { Bucket, Series } from '../../charts/series.ts';
import { UNKNOWN } from '../../format/figures.ts';

type Props = {
  readonly bucket: 'hour' | 'day';
  readonly buckets: readonly Bucket[];
  readonly series: readonly Series[];
  readonly format: (value: number) => string;
};

export function TimeTable({ bucket, buckets, series, format }: Props) {
  const filled = buckets.filter(({ values }) => Object.values(values).some((value) => value !== null));
  const tell = (value: number | null | undefined) => (value === null || value === undefined ? UNKNOWN : format(value));
  return (
    <details className="details">
      <summary>In figures</summary>
      {/* It scrolls, so it must be reachable by keyboard. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div className="table-frame" tabIndex={0} role="region" aria-label="The chart in figures">
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{bucket === 'day' ? 'Day' : 'Hour'}</th>
              {series.map(({ key, label }) => (
                <th key={key} scope="col" className="right">
                  {label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {filled.map(({ at, values }) => (
              <tr key={at}>
                <td>
                  <Link to="/requests" search={{ from: at, to: endOfBucket(at, bucket) }}>
                    {formatBucket(at, bucket)}
                  </Link>
                </td>
                {series.map(({ key }) => (
                  <td key={key} className="right tight">
                    {tell(values[key])}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
