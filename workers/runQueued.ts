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
    if (REGISTRY[name].isReported) await queue.enqueue('deliverAlerts', `deliverAlerts.after.${id}.${attempt}`);
  }
}
