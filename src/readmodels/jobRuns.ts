// The runs of the jobs: what is kept of each, and what is shown of them.
import type { Queryable } from '../platform/postgres.ts';

export type JobRun = {
  readonly id: string;
  readonly job: string;
  readonly status: 'running' | 'succeeded' | 'failed';
  readonly trigger: string;
  readonly attempt: number;
  readonly progress: string | null;
  readonly startedAt: Date;
  readonly endedAt: Date | null;
  readonly summary: unknown;
  readonly error: string | null;
};

type Row = {
  id: string;
  job: string;
  status: JobRun['status'];
  trigger: string;
  attempt: number;
  progress: string | null;
  started_at: Date;
  ended_at: Date | null;
  summary: unknown;
  error: string | null;
};

const COLUMNS = 'id, job, status, trigger, attempt, progress, started_at, ended_at, summary, error';

/** The newest runs first. */
export async function readJobRuns(
  postgres: Queryable,
  { limit, job, running }: { readonly limit: number; readonly job?: string | undefined; readonly running?: boolean },
): Promise<readonly JobRun[]> {
  const { rows } = await postgres.query<Row>(
    `select ${COLUMNS} from job_runs where ($1::text is null or job = $1) and ($2::boolean is not true or status = 'running')
     order by started_at desc, id desc limit $3`,
    [job ?? null, running ?? null, limit],
  );
  return rows.map(({ started_at, ended_at, ...rest }) => ({ ...rest, startedAt: started_at, endedAt: ended_at }));
}

export type JobSchedule = { readonly job: string; readonly cron: string; readonly nextAt: Date | null };

export async function readSchedules(postgres: Queryable): Promise<readonly JobSchedule[]> {
  const { rows } = await postgres.query<{ job: string; cron: string; next_at: Date | null }>(
    'select job, cron, next_at from job_schedules order by job',
  );
  return rows.map(({ job, cron, next_at }) => ({ job, cron, nextAt: next_at }));
}

/** How often each held change has been read again: `<model>.<unit>` → readings. */
export async function readHeldCounts(postgres: Queryable): Promise<ReadonlyMap<string, number>> {
  const { rows } = await postgres.query<{ model_id: string; unit: string; reading_count: number }>(
    `select model_id, unit, reading_count from feed_sightings where unit <> 'presence'`,
  );
  return new Map(rows.map((row) => [`${row.model_id}.${row.unit}`, row.reading_count]));
}
