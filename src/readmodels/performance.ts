// How a model answered an org's requests, by hour and in all.
import { type Histogram, mergeHistograms, percentileOf } from '../domain/histogram.ts';
import type { Queryable } from '../platform/postgres.ts';

export type Performance = {
  readonly attempts: number;
  readonly succeeded: number;
  readonly failures: Readonly<Record<string, number>>;
  readonly latency_p50_ms: number | null;
  readonly latency_p95_ms: number | null;
  readonly latency_p99_ms: number | null;
  readonly first_token_p50_ms: number | null;
  readonly first_token_p95_ms: number | null;
  /** Output tokens over the time of the calls that gave them; null where there was none. */
  readonly tokens_per_second: number | null;
};
export type PerformanceReport = {
  readonly totals: Performance;
  readonly hours: readonly (Performance & { readonly hour: Date })[];
};

type Row = {
  readonly hour: Date;
  readonly attempts: number;
  readonly succeeded: number;
  readonly failures: Readonly<Record<string, number>>;
  readonly output: number;
  readonly busy_ms: number;
  readonly latency: Histogram;
  readonly first_token: Histogram;
};

export async function readPerformance(
  postgres: Queryable,
  {
    orgId,
    model,
    from,
    to,
  }: { readonly orgId: string; readonly model: string; readonly from: Date; readonly to: Date },
): Promise<PerformanceReport> {
  const { rows } = await postgres.query<Row>(
    `select hour, attempt_count as attempts, succeeded_count as succeeded, failures, output_count::float8 as output,
       busy_ms::float8 as busy_ms, latency_histogram as latency, first_token_histogram as first_token
     from model_performance where org_id = $1 and model = $2 and hour >= date_trunc('hour', $3::timestamptz) and hour < $4
     order by hour`,
    [orgId, model, from, to],
  );
  return { totals: summarise(rows), hours: rows.map((row) => ({ hour: row.hour, ...summarise([row]) })) };
}

function summarise(rows: readonly Row[]): Performance {
  const sum = (valueOf: (row: Row) => number) => rows.reduce((total, row) => total + valueOf(row), 0);
  const latency = mergeHistograms(rows.map((row) => row.latency));
  const firstToken = mergeHistograms(rows.map((row) => row.first_token));
  const [output, busyMs] = [sum((row) => row.output), sum((row) => row.busy_ms)];
  return {
    attempts: sum(({ attempts }) => attempts),
    succeeded: sum(({ succeeded }) => succeeded),
    failures: mergeHistograms(rows.map(({ failures }) => failures)),
    latency_p50_ms: percentileOf(latency, 0.5),
    latency_p95_ms: percentileOf(latency, 0.95),
    latency_p99_ms: percentileOf(latency, 0.99),
    first_token_p50_ms: percentileOf(firstToken, 0.5),
    first_token_p95_ms: percentileOf(firstToken, 0.95),
    tokens_per_second: output === 0 || busyMs === 0 ? null : Math.round((output / busyMs) * 10_000) / 10,
  };
}
