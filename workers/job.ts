// What a job is: when it runs, and what it does.
import type { EventStore } from '../src/eventstore/eventStore.ts';
import type { Clock, Random } from '../src/platform/clock.ts';
import type { Logger } from '../src/platform/logger.ts';
import type { Postgres } from '../src/platform/postgres.ts';

export type JobTools = {
  readonly postgres: Postgres;
  readonly store: EventStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
};

export type Job = {
  /** A node-cron pattern with seconds. */
  readonly schedule: string;
  /** Idempotent: it may run again after it was cut off. Returns what it did, for the log. */
  readonly run: (tools: JobTools) => Promise<Readonly<Record<string, unknown>>>;
};
