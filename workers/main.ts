// The worker process: runs jobs from the queue, and schedules them.
import { loadModelsFile } from '../src/config/load.ts';
import { openEventStore } from '../src/eventstore/open.ts';
import { createRandom, isoTime, systemClock } from '../src/platform/clock.ts';
import { requireMigrated } from '../src/platform/migrations.ts';
import { openPostgres } from '../src/platform/postgres.ts';
import { type JobRun, openQueue, openWorker } from '../src/queue/queue.ts';
import { requireDatabase, runMain } from '../src/runMain.ts';
import { CONFIG_FILES, MIGRATIONS } from '../src/setup.ts';
import { readFeedAges } from '../src/readmodels/feedAges.ts';
import { firstRuns } from './firstRuns.ts';
import { type JobTools, placesOf } from './job.ts';
import { type PlannedTick, keepSchedules, keepTicks } from './records/schedules.ts';
import { REGISTRY } from './registry.ts';
import { runQueued } from './runQueued.ts';
import { openScheduler, schedulesOf } from './scheduler.ts';

const models = () => loadModelsFile(CONFIG_FILES.models);
/** These would write a row every few seconds for nobody: their next time is left open. */
const isFrequent = ({ job }: PlannedTick) => REGISTRY[job].isFrequent;

await runMain(
  'worker',
  async (env, lifecycle, logger) => {
    const databaseUrl = requireDatabase(env);
    const clock = systemClock;
    // A mistake in the file ends the start, not a job in the night.
    const schedules = schedulesOf(models());
    await requireMigrated({ databaseUrl, eventStoreUrl: env.eventStoreUrl, directory: MIGRATIONS, logger });
    const postgres = openPostgres({ connectionString: databaseUrl, applicationName: 'omni-worker', max: 4, logger });
    lifecycle.own('the database pool', () => postgres.close());
    const store = openEventStore({
      url: env.eventStoreUrl,
      databaseUrl,
      applicationName: 'omni-worker',
      clock,
      logger,
    });
    lifecycle.own('the event log', () => store.close());
    const places = placesOf(env);
    const tools: JobTools = { postgres, store, clock, random: createRandom(clock), logger, places, models };
    const settings = { redisUrl: env.redisUrl, databaseUrl, logger };
    const queue = openQueue(settings);
    lifecycle.own('the queue', () => queue.close());
    const run = (job: JobRun) => runQueued(tools, queue, job, lifecycle.stopping);
    const worker = openWorker(settings, run);
    lifecycle.own('the job worker', () => worker.close());
    const onTick = async (tick: PlannedTick) =>
      isFrequent(tick) ? undefined : await keepTicks(postgres, [tick], isoTime(clock.now()));
    const scheduler = openScheduler({ queue, logger, onTick }, schedules);
    lifecycle.own('the scheduler', () => scheduler.close());
    const ticks = scheduler.ticks().map((tick) => (isFrequent(tick) ? { ...tick, nextAt: null } : tick));
    await keepSchedules(postgres, ticks, isoTime(clock.now()));
    for (const { name, key } of firstRuns(await readFeedAges(postgres), env, clock.now()))
      await queue.enqueue(name, key);
    logger.info('working');
  },
  [models],
);
