// What the scheduler is going to do, for people: written when it starts and after each tick.
import type { Queryable } from '../../src/platform/postgres.ts';
import type { JobName } from '../../src/queue/jobs.ts';

export type PlannedTick = { readonly job: JobName; readonly cron: string; readonly nextAt: Date | null };

export async function keepSchedules(postgres: Queryable, ticks: readonly PlannedTick[], at: string): Promise<void> {
  const jobs = ticks.map(({ job }) => job);
  await postgres.query('delete from job_schedules where not job = any($1)', [jobs]);
  await keepTicks(postgres, ticks, at);
}

export async function keepTicks(postgres: Queryable, ticks: readonly PlannedTick[], at: string): Promise<void> {
  for (const { job, cron, nextAt } of ticks) {
    await postgres.query(
      `insert into job_schedules (job, cron, next_at, updated_at) values ($1, $2, $3, $4)
       on conflict (job) do update set cron = excluded.cron, next_at = excluded.next_at, updated_at = excluded.updated_at`,
      [job, cron, nextAt, at],
    );
  }
}
