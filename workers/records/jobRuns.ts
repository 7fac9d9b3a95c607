// Writes down each run of a job: begun, how far it is, how it ended. A run that was cut off by the end of its process says so.
import type { Queryable } from '../../src/platform/postgres.ts';

export type RunStart = {
  readonly id: string;
  readonly job: string;
  readonly queueId: string | null;
  readonly trigger: string;
  readonly attempt: number;
  readonly at: string;
};

const KEPT_DAYS = 90;

export async function startRun(postgres: Queryable, run: RunStart): Promise<void> {
  // The same job of the queue again, or one of a command that was ended: no job may take nearly that long.
  await postgres.query(
    `update job_runs set status = 'failed', ended_at = $2, error = 'cut off: its process ended before it did'
     where status = 'running' and (queue_id = $1 or started_at < $2::timestamptz - interval '1 hour')`,
    [run.queueId, run.at],
  );
  await postgres.query(
    `insert into job_runs (id, job, queue_id, trigger, attempt, status, started_at) values ($1, $2, $3, $4, $5, 'running', $6)`,
    [run.id, run.job, run.queueId, run.trigger, run.attempt, run.at],
  );
}

/** How the last run that was written down ended; undefined before the first. */
export async function lastEndOf(postgres: Queryable, job: string): Promise<'succeeded' | 'failed' | undefined> {
  const { rows } = await postgres.query<{ status: 'succeeded' | 'failed' }>(
    `select status from job_runs where job = $1 and status <> 'running' order by started_at desc limit 1`,
    [job],
  );
  return rows[0]?.status;
}

export async function noteProgress(postgres: Queryable, id: string, progress: string): Promise<void> {
  await postgres.query('update job_runs set progress = $2 where id = $1', [id, progress.slice(0, 200)]);
}

export async function endRun(
  postgres: Queryable,
  id: string,
  end: {
    readonly at: string;
    readonly status: 'succeeded' | 'failed';
    readonly summary: unknown;
    readonly error: string | null;
  },
): Promise<void> {
  await postgres.query('update job_runs set status = $2, ended_at = $3, summary = $4, error = $5 where id = $1', [
    id,
    end.status,
    end.at,
    JSON.stringify(end.summary ?? null),
    end.error?.slice(0, 1_000) ?? null,
  ]);
  await postgres.query(`delete from job_runs where started_at < $1::timestamptz - make_interval(days => $2)`, [
    end.at,
    KEPT_DAYS,
  ]);
}
