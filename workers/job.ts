// What a job is: when it runs, how long it may take, and what it does.
import type { z } from 'zod';
import type { Env } from '../src/config/env.ts';
import type { ModelsFile } from '../src/config/schema.ts';
import type { EventStore } from '../src/eventstore/eventStore.ts';
import type { Clock, Random } from '../src/platform/clock.ts';
import type { Logger } from '../src/platform/logger.ts';
import type { Postgres } from '../src/platform/postgres.ts';
import type { JOBS, JobName } from '../src/queue/jobs.ts';

/** Where the feeds are, and where alerts go. */
export type FeedPlaces = {
  readonly openrouter: { readonly baseUrl: string; readonly apiKey: string | undefined };
  readonly modelsDevUrl: string;
  readonly artificialAnalysis: { readonly baseUrl: string; readonly apiKey: string | undefined };
  readonly webhook: { readonly url: string; readonly secret: string } | undefined;
};

export type JobTools = {
  readonly postgres: Postgres;
  readonly store: EventStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly places: FeedPlaces;
  /** How long a feed may take to answer whole; a minute unless a test says less. */
  readonly feedTimeoutMs?: number;
  /** config/models.yaml as it is now. @throws ConfigError */
  readonly models: () => ModelsFile;
};

export type JobData<N extends JobName> = z.infer<(typeof JOBS)[N]>;

export type JobContext<N extends JobName = JobName> = {
  readonly data: JobData<N>;
  /** Aborted when the job has had its time, or its process ends. */
  readonly signal: AbortSignal;
  /** True = say what would be done and write nothing. */
  readonly dryRun: boolean;
  /** Says how far it is, to whoever watches. */
  readonly progress: (text: string) => Promise<void>;
};

export type Summary = Readonly<Record<string, unknown>>;

export type Job<N extends JobName = JobName> = {
  readonly timeoutMs: number;
  /** True = a run that the schedule asked for is reported only when it ends otherwise than the one before. */
  readonly isFrequent: boolean;
  /** Idempotent: it may run again after it was cut off. Returns what it did, for the report. */
  readonly run: (tools: JobTools, context: JobContext<N>) => Promise<Summary>;
};

export function placesOf(env: Env): FeedPlaces {
  const { baseUrl, apiKeys } = env.providers.openrouter;
  return {
    openrouter: { baseUrl, apiKey: apiKeys[0] },
    modelsDevUrl: env.modelsDevUrl,
    artificialAnalysis: env.artificialAnalysis,
    webhook: env.alertWebhook,
  };
}
