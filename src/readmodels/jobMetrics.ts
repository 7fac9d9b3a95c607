// How the jobs' last runs ended, and how old each feed is, as metrics.
import type { Metrics } from '../platform/metrics.ts';
import type { Queryable } from '../platform/postgres.ts';

type Row = {
  readonly job: string;
  readonly failed: boolean;
  readonly seconds: number | null;
  readonly succeeded_ago: number | null;
};

export function watchJobs(postgres: Queryable, metrics: Metrics): void {
  const gauge = (name: string, help: string, valueOf: (row: Row) => number | null) =>
    metrics.gauge(name, help, ['job'], async () =>
      (await readLastRuns(postgres)).flatMap((row) => {
        const value = valueOf(row);
        return value === null ? [] : [{ labels: { job: row.job }, value }];
      }),
    );
  gauge('omni_job_failed', '1 when the last run of a job failed', ({ failed }) => (failed ? 1 : 0));
  gauge('omni_job_seconds', 'How long the last run of a job took', ({ seconds }) => seconds);
  gauge('omni_job_succeeded_seconds_ago', 'Since a job last succeeded', ({ succeeded_ago }) => succeeded_ago);
  metrics.gauge('omni_feed_age_seconds', 'Since a price or rating feed was last read well', ['source'], async () => {
    const { rows } = await postgres.query<{ source: string; value: number }>(
      `select source, extract(epoch from now() - max(fetched_at))::float8 as value
       from feed_readings where state = 'taken' group by source`,
    );
    return rows.map(({ source, value }) => ({ labels: { source }, value }));
  });
}

async function readLastRuns(postgres: Queryable): Promise<readonly Row[]> {
  const { rows } = await postgres.query<Row>(
    `select distinct on (job) job, status = 'failed' as failed,
       extract(epoch from ended_at - started_at)::float8 as seconds,
       extract(epoch from now() - max(ended_at) filter (where status = 'succeeded') over (partition by job))::float8 as succeeded_ago
     from job_runs where status <> 'running' order by job, started_at desc`,
  );
  return rows;
}
