// The jobs by name, and what each is given. A payload is checked when it is enqueued and again when it is run.
import { z } from 'zod';

export const QUEUE_NAME = 'omni-jobs';

export const JOBS = {
  /** Moves changes of accounts from the outbox to the log. */
  appendAdminActions: z.object({}),
} as const;
export type JobName = keyof typeof JOBS;

/** The same schedule tick enqueued by several schedulers is one job. No colon, and not all digits: BullMQ's rule. */
export function tickKey(name: JobName, tickMs: number): string {
  return `${name}.${tickMs}`;
}
