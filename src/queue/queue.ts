// BullMQ: in Redis when there is one, else in its own schema of the main database. The only door to it.
import { Queue as RedisQueue, Worker as RedisWorker, createPostgresBackend, withBackend } from 'bullmq';
import type { Logger } from '../platform/logger.ts';
import { JOBS, type JobName, QUEUE_NAME } from './jobs.ts';

export type JobRun = { readonly name: JobName; readonly data: unknown; readonly id: string };
export type JobQueue = {
  /** Adds a job once, whoever else adds the same key. */
  enqueue(name: JobName, key: string): Promise<void>;
  close(): Promise<void>;
};
export type JobWorker = { close(): Promise<void> };
export type QueueSettings = {
  readonly redisUrl: string | undefined;
  readonly databaseUrl: string;
  readonly logger: Logger;
};

// Finished ticks stay longer than one interval, or a late scheduler would add one again.
const KEPT = { removeOnComplete: { age: 3_600, count: 1_000 }, removeOnFail: { age: 86_400, count: 1_000 } };
const RETRIES = { attempts: 5, backoff: { type: 'exponential', delay: 1_000 } };

const onPostgres = withBackend(createPostgresBackend);

export function openQueue({ redisUrl, databaseUrl, logger }: QueueSettings): JobQueue {
  const queue =
    redisUrl === undefined
      ? new onPostgres.Queue(QUEUE_NAME, { connection: { connectionString: databaseUrl, max: 2, migrate: true } })
      : new RedisQueue(QUEUE_NAME, { connection: { url: redisUrl } });
  queue.on('error', (error) => logger.warn('the job queue is away', { error: error.message }));
  return {
    async enqueue(name, key) {
      await queue.add(name, JOBS[name].parse({}), { jobId: key, ...KEPT, ...RETRIES });
    },
    close: () => queue.close(),
  };
}

/** Runs jobs one at a time; what a job throws is retried by BullMQ and by nobody else. */
export function openWorker(
  { redisUrl, databaseUrl, logger }: QueueSettings,
  run: (job: JobRun) => Promise<unknown>,
): JobWorker {
  const process = async ({ name, data, id }: { name: string; data: unknown; id?: string | undefined }) => {
    if (!(name in JOBS)) throw new Error(`there is no job ${name}`);
    const known = name as JobName;
    return await run({ name: known, data: JOBS[known].parse(data), id: id ?? '' });
  };
  const worker =
    redisUrl === undefined
      ? new onPostgres.Worker(QUEUE_NAME, process, {
          connection: { connectionString: databaseUrl, max: 2, migrate: true },
        })
      : new RedisWorker(QUEUE_NAME, process, { connection: { url: redisUrl, maxRetriesPerRequest: null } });
  worker.on('error', (error) => logger.warn('the job queue is away', { error: error.message }));
  worker.on('failed', (job, error) =>
    logger.error('a job failed', { job: job?.name, id: job?.id, attempt: job?.attemptsMade, error }),
  );
  return { close: () => worker.close() };
}
