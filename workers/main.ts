// The worker process: runs jobs from the queue, and schedules them.
import { openEventStore } from '../src/eventstore/open.ts';
import { createRandom, systemClock } from '../src/platform/clock.ts';
import { openPostgres } from '../src/platform/postgres.ts';
import { openQueue, openWorker } from '../src/queue/queue.ts';
import { requireDatabase, runMain } from '../src/runMain.ts';
import type { JobTools } from './job.ts';
import { REGISTRY } from './registry.ts';
import { openScheduler } from './scheduler.ts';

await runMain('worker', async (env, lifecycle, logger) => {
  const databaseUrl = requireDatabase(env);
  const clock = systemClock;
  const postgres = openPostgres({ connectionString: databaseUrl, applicationName: 'omni-worker', max: 2, logger });
  lifecycle.own('the database pool', () => postgres.close());
  const store = openEventStore({ url: env.eventStoreUrl, databaseUrl, applicationName: 'omni-worker', clock, logger });
  lifecycle.own('the event log', () => store.close());
  const tools: JobTools = { postgres, store, clock, random: createRandom(clock), logger };
  const settings = { redisUrl: env.redisUrl, databaseUrl, logger };
  const queue = openQueue(settings);
  lifecycle.own('the queue', () => queue.close());
  const worker = openWorker(settings, async ({ name }) => {
    const done = await REGISTRY[name].run(tools);
    logger.debug('a job is done', { name, ...done });
  });
  lifecycle.own('the job worker', () => worker.close());
  const scheduler = openScheduler(queue, logger);
  lifecycle.own('the scheduler', () => scheduler.close());
  logger.info('working');
});
