// The only door to node-cron. A schedule does nothing but enqueue, under a key of its tick, so that several schedulers are harmless.
import { schedule } from 'node-cron';
import type { Logger } from '../src/platform/logger.ts';
import { type JobName, tickKey } from '../src/queue/jobs.ts';
import type { JobQueue } from '../src/queue/queue.ts';
import { REGISTRY } from './registry.ts';

export type Scheduler = { close(): Promise<void> };

export function openScheduler(queue: JobQueue, logger: Logger): Scheduler {
  const tasks = (Object.keys(REGISTRY) as JobName[]).map((name) =>
    schedule(
      REGISTRY[name].schedule,
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
