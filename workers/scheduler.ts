// The only door to node-cron. A schedule does nothing but enqueue, under a key of its tick, so that several schedulers are harmless.
import { schedule, validate } from 'node-cron';
import { ConfigError } from '../src/config/configError.ts';
import type { ModelsFile } from '../src/config/schema.ts';
import type { Logger } from '../src/platform/logger.ts';
import { type JobName, tickKey } from '../src/queue/jobs.ts';
import type { JobQueue } from '../src/queue/queue.ts';

export type Scheduler = { close(): Promise<void> };
export type Schedules = { readonly [name in JobName]?: string };

/** Those of models.yaml, and the one that is nobody's choice. `never` leaves a job to whoever asks for it. */
export function schedulesOf({ sync }: Pick<ModelsFile, 'sync'>): Schedules {
  const all: Schedules = { appendAdminActions: '*/10 * * * * *', ...sync.schedules };
  return Object.fromEntries(Object.entries(all).filter(([, pattern]) => pattern !== 'never'));
}

/** @throws ConfigError for a pattern that node-cron does not take */
export function openScheduler(queue: JobQueue, logger: Logger, schedules: Schedules): Scheduler {
  const entries = Object.entries(schedules) as [JobName, string][];
  const problems = entries
    .filter(([, pattern]) => !validate(pattern))
    .map(([name, pattern]) => ({
      file: 'config/models.yaml',
      path: `sync.schedules.${name}`,
      found: JSON.stringify(pattern),
      allowed: 'a cron pattern of five fields, or six with seconds first, in UTC',
    }));
  if (problems.length > 0) throw new ConfigError(problems);
  const tasks = entries.map(([name, pattern]) =>
    schedule(
      pattern,
      async ({ date }) => {
        try {
          await queue.enqueue(name, tickKey(name, Math.floor(date.getTime() / 1_000) * 1_000));
        } catch (error) {
          logger.warn('a scheduled job could not be enqueued; its next tick will be', { name, error });
        }
      },
      { timezone: 'UTC', noOverlap: true },
    ),
  );
  return {
    async close() {
      for (const task of tasks) await task.destroy();
    },
  };
}
