// A job from the queue: run, and its alerts sent on their way by a job of their own, which has tries of its own.
import { type JobQueue, type JobRun } from '../src/queue/queue.ts';
import type { JobData, JobTools, Summary } from './job.ts';
import { REGISTRY } from './registry.ts';
import { runJob } from './runJob.ts';

export async function runQueued(
  tools: JobTools,
  queue: JobQueue,
  { name, data, id, attempt }: JobRun,
  signal: AbortSignal,
): Promise<Summary> {
  const { logger } = tools;
  try {
    const summary = await runJob(tools, { name, data: data as JobData<typeof name>, queueId: id, attempt, signal });
    logger.debug('a job is done', { name, ...summary });
    return summary;
  } finally {
    // Those that run every few seconds raise none.
    if (!REGISTRY[name].isFrequent) await askForDelivery(tools, queue, `deliverAlerts.after.${id}.${attempt}`);
  }
}

/** A job that has done its work must not fail, and be done again, because the queue is away: the next tick delivers. */
async function askForDelivery({ logger }: JobTools, queue: JobQueue, key: string): Promise<void> {
  try {
    await queue.enqueue('deliverAlerts', key);
  } catch (error) {
    logger.warn('the delivery of alerts could not be enqueued; its next tick will be', { error });
  }
}
