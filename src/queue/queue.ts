// BullMQ: in Redis when there is one, else in its own schema of the main database. The only door to it.
import {
  FlowProducer as RedisFlows,
  Queue as RedisQueue,
  UnrecoverableError,
  Worker as RedisWorker,
  createPostgresBackend,
  withBackend,
} from 'bullmq';
import type { Logger } from '../platform/logger.ts';
import { FLOWS, type Flow, JOBS, type JobName, PermanentFailure, QUEUE_NAME, RETRIES } from './jobs.ts';

export type JobRun = {
  readonly name: JobName;
  readonly data: unknown;
  readonly id: string;
  /** 1 for the first try. */
  readonly attempt: number;
};
export type JobQueue = {
  /** Adds a job once, whoever else adds the same key; a job that is a flow with all that comes before it. */
  enqueue(name: JobName, key: string, data?: Readonly<Record<string, unknown>>): Promise<void>;
  close(): Promise<void>;
};
export type JobWorker = { close(): Promise<void> };
export type QueueSettings = {
  readonly redisUrl: string | undefined;
  readonly databaseUrl: string;
  readonly logger: Logger;
  /** Another queue than the router's own, for tests that share a Redis. */
  readonly name?: string;
  /** How long a worker may be silent before its jobs are given to another one. */
  readonly silentMs?: number;
};

// Finished ticks stay longer than one interval, or a late scheduler would add one again.
const KEPT = { removeOnComplete: { age: 172_800, count: 10_000 }, removeOnFail: { age: 604_800, count: 10_000 } };
const SILENT_MS = 30_000;
/** A job that ends its worker again and again is given up. */
const MOST_CUTS = 3;
/** A long sync must not keep the changes of accounts waiting. */
const AT_ONCE = 3;

const onPostgres = withBackend(createPostgresBackend);

export function openQueue(settings: QueueSettings): JobQueue {
  const { redisUrl, logger, name: queueName = QUEUE_NAME } = settings;
  const queue =
    redisUrl === undefined
      ? new onPostgres.Queue(queueName, postgresOptions(settings))
      : new RedisQueue(queueName, { connection: { url: redisUrl } });
  const flows =
    redisUrl === undefined
      ? new onPostgres.FlowProducer(postgresOptions(settings))
      : new RedisFlows({ connection: { url: redisUrl } });
  const onError = (error: Error) => logger.warn('the job queue is away', { error: error.message });
  queue.on('error', onError);
  flows.on('error', onError);
  return {
    async enqueue(name, key, data = {}) {
      const flow = FLOWS[name];
      if (flow) await flows.add(toFlowJob(flow, queueName, key, data));
      else await queue.add(name, JOBS[name].parse(data), { jobId: key, ...optionsOf(name) });
    },
    async close() {
      await flows.close();
      await queue.close();
    },
  };
}

function postgresOptions({ databaseUrl }: QueueSettings) {
  return { connection: { connectionString: databaseUrl, max: 2, migrate: true } };
}

function optionsOf(name: JobName) {
  const { attempts, backoffMs } = RETRIES[name];
  return { ...KEPT, attempts, backoff: { type: 'exponential', delay: backoffMs } };
}

type FlowJob = Parameters<RedisFlows['add']>[0];

function toFlowJob({ name, before }: Flow, queueName: string, key: string, data: object, isChild = false): FlowJob {
  return {
    name,
    queueName,
    data: JOBS[name].parse(data),
    opts: {
      jobId: isChild ? `${key}.${name}` : key,
      ...optionsOf(name),
      // A sync that failed has said so itself; what comes after it runs all the same.
      ...(isChild ? { ignoreDependencyOnFailure: true } : {}),
    },
    children: before.map((flow) => toFlowJob(flow, queueName, key, data, true)),
  };
}

/** Runs jobs; what a job throws is retried by BullMQ and by nobody else. */
export function openWorker(settings: QueueSettings, run: (job: JobRun) => Promise<unknown>): JobWorker {
  const { redisUrl, logger, name: queueName = QUEUE_NAME, silentMs = SILENT_MS } = settings;
  const options = {
    concurrency: AT_ONCE,
    lockDuration: silentMs,
    stalledInterval: silentMs,
    maxStalledCount: MOST_CUTS,
  };
  const worker =
    redisUrl === undefined
      ? new onPostgres.Worker(queueName, toProcessor(run), { ...postgresOptions(settings), ...options })
      : new RedisWorker(queueName, toProcessor(run), {
          connection: { url: redisUrl, maxRetriesPerRequest: null },
          ...options,
        });
  worker.on('error', (error) => logger.warn('the job queue is away', { error: error.message }));
  worker.on('failed', (job, error) =>
    logger.error('a job failed', { job: job?.name, id: job?.id, attempt: job?.attemptsMade, error: error.message }),
  );
  return { close: () => worker.close() };
}

type Delivered = { name: string; data: unknown; id?: string | undefined; attemptsMade: number };

function toProcessor(run: (job: JobRun) => Promise<unknown>) {
  return async ({ name, data, id, attemptsMade }: Delivered): Promise<unknown> => {
    if (!(name in JOBS)) throw new UnrecoverableError(`there is no job ${name}`);
    const known = name as JobName;
    try {
      return await run({ name: known, data: JOBS[known].parse(data), id: id ?? '', attempt: attemptsMade + 1 });
    } catch (error) {
      if (!(error instanceof PermanentFailure)) throw error;
      throw Object.assign(new UnrecoverableError(error.message), { cause: error });
    }
  };
}
