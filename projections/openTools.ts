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
  readonly store: EventStore;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
};

/** @throws StartError when the tables are not there yet */
export async function openTools(
  lifecycle: Lifecycle,
  settings: { readonly databaseUrl: string; readonly eventStoreUrl: string | undefined; readonly logger: Logger },
): Promise<ProjectionTools> {
  const { databaseUrl, eventStoreUrl: url, logger } = settings;
  const clock = systemClock;
  // Of one that is away nothing is said: each projection waits for it by itself.
  await requireMigrated({ databaseUrl, eventStoreUrl: url, directory: MIGRATIONS, logger });
  const postgres = openPostgres({
    connectionString: databaseUrl,
    applicationName: 'omni-projections',
    // All projections may be built again at once; each then holds one connection while it fills its tables over another.
    max: 16,
    // Nobody waits for an answer here: a busy server may take its time.
    connectTimeoutMs: 10_000,
    logger,
  });
  lifecycle.own('the database pool', () => postgres.close());
  const store = await lifecycle.open(
    'the event log',
    () => openEventStore({ url, databaseUrl, applicationName: 'omni-projections', clock, logger, sharesReads: true }),
    (opened) => opened.close(),
  );
  return { postgres, store, clock, logger, signal: lifecycle.stopping };
}
