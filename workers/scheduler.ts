// The only door to node-cron. A schedule does nothing but enqueue, under a key of its tick, so that several schedulers are harmless.
import { type ScheduledTask, schedule, validate } from 'node-cron';
import { ConfigError } from '../src/config/configError.ts';
import type { ModelsFile } from '../src/config/schema.ts';
import type { Logger } from '../src/platform/logger.ts';
import { type JobName, tickKey } from '../src/queue/jobs.ts';
import type { JobQueue } from '../src/queue/queue.ts';
import type { PlannedTick } from './records/schedules.ts';

export type Scheduler = {
  /** What comes next. */
  ticks(): readonly PlannedTick[];
  close(): Promise<void>;
};
export type Schedules = { readonly [name in JobName]?: string };

/** What is nobody's choice: the router's own housekeeping. */
const OWN: Schedules = {
  appendAdminActions: '*/10 * * * * *',
  sweepAccounts: '20 * * * * *',
  watchCosts: '0 17 * * * *',
};

/** Those of models.yaml, and our own. `never` leaves a job to whoever asks for it. */
export function schedulesOf({ sync }: Pick<ModelsFile, 'sync'>): Schedules {
  const all: Schedules = { ...OWN, ...sync.schedules };
  return Object.fromEntries(Object.entries(all).filter(([, pattern]) => pattern !== 'never'));
}

type Ticked = (tick: PlannedTick) => Promise<void>;

/** `onTick` hears of each tick after it was enqueued. @throws ConfigError for a pattern that node-cron does not take */
export function openScheduler(
  { queue, logger, onTick }: { readonly queue: JobQueue; readonly logger: Logger; readonly onTick?: Ticked },
  schedules: Schedules,
): Scheduler {
  const entries = Object.entries(schedules) as [JobName, string][];
  refuseBadPatterns(entries);
  const tasks = entries.map(([job, cron]) => {
    const task: ScheduledTask = schedule(
      cron,
      async ({ date }) => {
        try {
          await queue.enqueue(job, tickKey(job, Math.floor(date.getTime() / 1_000) * 1_000));
          await onTick?.({ job, cron, nextAt: task.getNextRun() });
        } catch (error) {
          logger.warn('a scheduled job could not be enqueued; its next tick will be', { name: job, error });
        }
      },
      { timezone: 'UTC', noOverlap: true },
    );
    return { job, cron, task };
  });
  return {
    ticks: () => tasks.map(({ job, cron, task }) => ({ job, cron, nextAt: task.getNextRun() })),
    async close() {
      for (const { task } of tasks) await task.destroy();
    },
  };
}

function refuseBadPatterns(entries: readonly [JobName, string][]): void {
  const problems = entries
    .filter(([, pattern]) => !validate(pattern))
    .map(([name, pattern]) => ({
      file: 'config/models.yaml',
      path: `sync.schedules.${name}`,
      found: JSON.stringify(pattern),
      allowed: 'a cron pattern of five fields, or six with seconds first, in UTC',
    }));
  if (problems.length > 0) throw new ConfigError(problems);
}
