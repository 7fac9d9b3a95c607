// What jobs are given in tests: a clock that a test moves, feeds on loopback, and the settings of a models file.
import { ModelsFile } from '../../src/config/schema.ts';
import type { EventStore } from '../../src/eventstore/eventStore.ts';
import { type Clock, createRandom, systemClock } from '../../src/platform/clock.ts';
import type { Postgres } from '../../src/platform/postgres.ts';
import type { FeedPlaces, JobContext, JobTools } from '../../workers/job.ts';
import { silentLogger } from './logger.ts';

const NOWHERE = 'http://127.0.0.1:9';

export const NO_PLACES: FeedPlaces = {
  openrouter: { baseUrl: NOWHERE, apiKey: undefined },
  modelsDevUrl: `${NOWHERE}/api.json`,
  artificialAnalysis: { baseUrl: NOWHERE, apiKey: undefined },
  webhook: undefined,
};

type Given = { readonly postgres: Postgres; readonly store: EventStore } & Partial<JobTools>;

export function createJobTools(given: Given): JobTools {
  return {
    clock: systemClock,
    random: createRandom(systemClock),
    logger: silentLogger,
    places: NO_PLACES,
    models: () => ModelsFile.parse({ models: [] }),
    ...given,
  };
}

/** For jobs that are given nothing but who asked. */
export const IDLE = {
  data: { trigger: 'test' },
  signal: new AbortController().signal,
  dryRun: false,
  progress: async () => {},
} satisfies JobContext<'appendAdminActions'>;

/** A clock whose date a test sets; waiting and measuring are real. */
export function createMovedClock(start: number): Clock & { at: number; addHours(hours: number): void } {
  const clock = {
    ...systemClock,
    at: start,
    now: () => clock.at,
    addHours(hours: number) {
      clock.at += hours * 3_600_000;
    },
  };
  return clock;
}
