// What the process and the commands of this room need: database and event log, owned by the process's life.
import { resolve } from 'node:path';
import type { EventStore } from '../src/eventstore/eventStore.ts';
import { openEventStore } from '../src/eventstore/open.ts';
import { type Clock, systemClock } from '../src/platform/clock.ts';
import type { Lifecycle } from '../src/platform/lifecycle.ts';
import type { Logger } from '../src/platform/logger.ts';
import { requireMigrated } from '../src/platform/migrations.ts';
import { type Postgres, openPostgres } from '../src/platform/postgres.ts';

const MIGRATIONS = resolve('sql/migrations');

export type ProjectionTools = {
  readonly postgres: Postgres;
  readonly patient: Postgres;
  readonly store: EventStore;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
};

/** An index over a year of requests, or two tables compared whole: an end all the same, should the server vanish without a word. */
const PATIENT_MS = 24 * 3_600_000;

/**
 * Two pools to the same database: one for batches of events, whose statements are short, and a patient one for what takes as long as a table
 * is large.
 */
export function openPools(
  databaseUrl: string,
  logger: Logger,
): { readonly postgres: Postgres; readonly patient: Postgres } {
  const settings = {
    connectionString: databaseUrl,
    applicationName: 'omni-projections',
    // All projections may be built again at once; each then holds one connection while it fills its tables over another.
    max: 16,
    // Nobody waits for an answer here: a busy server may take its time.
    connectTimeoutMs: 10_000,
    logger,
  };
  return { postgres: openPostgres(settings), patient: openPostgres({ ...settings, statementTimeoutMs: PATIENT_MS }) };
}

/** @throws StartError when the tables are not there yet */
export async function openTools(
  lifecycle: Lifecycle,
  settings: { readonly databaseUrl: string; readonly eventStoreUrl: string | undefined; readonly logger: Logger },
): Promise<ProjectionTools> {
  const { databaseUrl, eventStoreUrl: url, logger } = settings;
  const clock = systemClock;
  // Of one that is away nothing is said: each projection waits for it by itself.
  await requireMigrated({ databaseUrl, eventStoreUrl: url, directory: MIGRATIONS, logger });
  const { postgres, patient } = openPools(databaseUrl, logger);
  lifecycle.own('the database pools', () => Promise.all([postgres.close(), patient.close()]));
  const store = await lifecycle.open(
    'the event log',
    () => openEventStore({ url, databaseUrl, applicationName: 'omni-projections', clock, logger, sharesReads: true }),
    (opened) => opened.close(),
  );
  return { postgres, patient, store, clock, logger, signal: lifecycle.stopping };
}
