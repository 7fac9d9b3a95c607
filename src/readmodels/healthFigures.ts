// What all processes together measured of models lately, from the read model: for a web process's next `HealthObserved`, and for nothing
// else. Routing uses a figure only when that event is durable.
import type { HealthFigure } from '../domain/decision.ts';
import { type Histogram, mergeHistograms, percentileOf } from '../domain/histogram.ts';
import type { Queryable } from '../platform/postgres.ts';

type Row = {
  readonly model: string;
  readonly attempts: number;
  readonly succeeded: number;
  readonly failures: Readonly<Record<string, number>>;
  readonly output: number;
  readonly busy_ms: number;
  readonly first_token: Histogram;
};

/** By model id, over the hours that begin at or after `since`; `blameless` kinds of failure say nothing about the model. */
export async function readHealthFigures(
  postgres: Queryable,
  { since, blameless }: { readonly since: Date; readonly blameless: ReadonlySet<string> },
): Promise<Readonly<Record<string, HealthFigure>>> {
  const { rows } = await postgres.query<Row>(
    `select model, attempt_count as attempts, succeeded_count as succeeded, failures, output_count::float8 as output,
       busy_ms::float8 as busy_ms, first_token_histogram as first_token
     from model_performance where hour >= $1`,
    [since],
  );
  const byModel = new Map<string, Row[]>();
  for (const row of rows) byModel.set(row.model, [...(byModel.get(row.model) ?? []), row]);
  return Object.fromEntries([...byModel].map(([model, own]) => [model, toFigure(own, blameless)]));
}

function toFigure(rows: readonly Row[], blameless: ReadonlySet<string>): HealthFigure {
  const sum = (valueOf: (row: Row) => number) => rows.reduce((total, row) => total + valueOf(row), 0);
  const failures = mergeHistograms(rows.map((row) => row.failures));
  const failed = Object.entries(failures).reduce((total, [kind, n]) => total + (blameless.has(kind) ? 0 : n), 0);
  const succeeded = sum((row) => row.succeeded);
  const firstTokenMs = percentileOf(mergeHistograms(rows.map((row) => row.first_token)), 0.5) ?? 0;
  const [output, busyMs] = [sum((row) => row.output), sum((row) => row.busy_ms)];
  // The time before the first token is told apart, so the rate is over what is left; of whole answers it is over all of it.
  const rateMs = busyMs - firstTokenMs * succeeded;
  const rate = output > 0 ? Math.round((output / Math.max(rateMs, busyMs / 10)) * 10_000) / 10 : 0;
  return {
    samples: succeeded + failed,
    ...(rate > 0 ? { firstTokenMs, tokensPerSecond: rate } : {}),
    errorRate: succeeded + failed === 0 ? 0 : Math.round((failed / (succeeded + failed)) * 1_000) / 1_000,
  };
}
