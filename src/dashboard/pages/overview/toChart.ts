// The answer of /v1/stats as a chart: which series, and their figures by bucket. Pure.
import type { StatPoint, Stats } from '../../api/stats.ts';
import { fillBuckets } from '../../charts/buckets.ts';
import { MOST_SERIES, REST_COLOUR, colourOf } from '../../charts/palette.ts';
import type { Bucket, Series } from '../../charts/series.ts';
import { toWords } from '../../format/figures.ts';
import type { Measure } from './search.ts';

export type Chart = {
  readonly kind: 'bars' | 'lines';
  readonly series: readonly Series[];
  readonly buckets: readonly Bucket[];
};

type Figure = { readonly key: string; readonly label: string; readonly of: (point: StatPoint) => number | null };

const REST = 'all others';

const WHOLE: Readonly<Record<Measure, readonly Figure[]>> = {
  spend: [
    { key: 'cost', label: 'Spent', of: ({ cost }) => cost },
    { key: 'savings', label: 'Saved against the baseline', of: ({ savings }) => savings },
  ],
  requests: [
    { key: 'good', label: 'Answered', of: ({ requests, errors }) => requests - errors },
    { key: 'errors', label: 'Errors', of: ({ errors }) => errors },
  ],
  latency: [
    { key: 'p50', label: 'p50', of: ({ latency_p50_ms: ms }) => ms },
    { key: 'p95', label: 'p95', of: ({ latency_p95_ms: ms }) => ms },
    { key: 'first', label: 'First token p50', of: ({ first_token_p50_ms: ms }) => ms },
  ],
  overhead: [
    { key: 'p50', label: 'p50', of: ({ overhead_p50_ms: ms }) => ms },
    { key: 'p95', label: 'p95', of: ({ overhead_p95_ms: ms }) => ms },
  ],
};

const GROUPED: Readonly<Record<Measure, Figure['of']>> = {
  spend: ({ cost }) => cost,
  requests: ({ requests }) => requests,
  latency: ({ latency_p50_ms: ms }) => ms,
  overhead: ({ overhead_p50_ms: ms }) => ms,
};

const addsUp = (measure: Measure): boolean => measure === 'spend' || measure === 'requests';

export function toChart(stats: Stats, measure: Measure): Chart {
  const kind = addsUp(measure) ? 'bars' : 'lines';
  const { series, buckets } = stats.group === 'none' ? wholeChart(stats, measure) : groupedChart(stats, measure);
  return { kind, series, buckets: fillBuckets(buckets, stats.bucket === 'hour' ? 'hour' : 'day', stats) };
}

function wholeChart({ series: points }: Stats, measure: Measure): { series: Series[]; buckets: Bucket[] } {
  const figures = WHOLE[measure].filter(({ of }) => points.some((point) => of(point) !== null));
  return {
    series: figures.map(({ key, label }, index) => ({
      key,
      label,
      colour: key === 'errors' ? 'var(--bad)' : key === 'savings' ? 'var(--saved)' : colourOf(index),
    })),
    buckets: points.map((point) => ({
      at: point.at,
      values: Object.fromEntries(figures.map(({ key, of }) => [key, of(point)])),
    })),
  };
}

/** The largest few by name, the rest together where they add up. */
function groupedChart({ series: points }: Stats, measure: Measure): { series: Series[]; buckets: Bucket[] } {
  const of = GROUPED[measure];
  const sums = new Map<string, number>();
  for (const { key, requests, cost } of points)
    sums.set(key ?? 'none', (sums.get(key ?? 'none') ?? 0) + (measure === 'spend' ? cost : requests));
  const names = [...sums].sort(([, a], [, b]) => b - a).map(([name]) => name);
  const shown = names.slice(0, MOST_SERIES);
  const series = shown.map((name, index) => ({ key: name, label: toLabel(name), colour: colourOf(index) }));
  const withRest = addsUp(measure) && names.length > shown.length;
  const buckets = new Map<string, Record<string, number | null>>();
  for (const point of points) {
    const name = point.key ?? 'none';
    const key = shown.includes(name) ? name : REST;
    if (key === REST && !withRest) continue;
    const values = buckets.get(point.at) ?? {};
    values[key] = key === REST ? (values[key] ?? 0) + (of(point) ?? 0) : of(point);
    buckets.set(point.at, values);
  }
  return {
    series: withRest ? [...series, { key: REST, label: REST, colour: REST_COLOUR }] : series,
    buckets: [...buckets].map(([at, values]) => ({ at, values })),
  };
}

const toLabel = (name: string): string => (name.includes('/') ? name : name === 'none' ? 'no model' : toWords(name));
