// What the process and the commands of this room need: database and event log, owned by the process's life.
import { resolve } from 'node:path';
import type { Env } from '../src/config/env.ts';
import type { EventStore } from '../src/eventstore/eventStore.ts';
import { openEventStore } from '../src/eventstore/open.ts';
import type { Clock } from '../src/platform/clock.ts';
import type { Lifecycle } from '../src/platform/lifecycle.ts';
import type { Logger } from '../src/platform/logger.ts';
import { pendingMigrations } from '../src/platform/migrations.ts';
import { type Postgres, isUnavailable, openPostgres } from '../src/platform/postgres.ts';
import { StartError } from '../src/platform/startError.ts';

const MIGRATIONS = resolve('sql/migrations');

export type ProjectionTools = { readonly postgres: Postgres; readonly store: EventStore };

/** @throws StartError when there is no database to go to, or its tables are not there yet */
export async function openTools(
  lifecycle: Lifecycle,
  { env, clock, logger }: { readonly env: Env; readonly clock: Clock; readonly logger: Logger },
): Promise<ProjectionTools> {
  const { databaseUrl, eventStoreUrl } = env;
  if (databaseUrl === undefined) {
    throw new StartError('DATABASE_URL is not set: set it, or let `npm start` bring its own database');
  }
  const postgres = await lifecycle.open(
    'the database',
    () => openPostgres({ connectionString: databaseUrl, applicationName: 'omni-projections', logger }),
    (opened) => opened.close(),
  );
  await checkMigrations(postgres, logger);
  const store = await lifecycle.open(
    'the event log',
    () => openEventStore({ url: eventStoreUrl, postgres, clock, logger }),
    (opened) => opened.close(),
  );
  return { postgres, store };
}

async function checkMigrations(postgres: Postgres, logger: Logger): Promise<void> {
  try {
    const pending = await pendingMigrations(postgres, MIGRATIONS);
    if (pending.length > 0) {
      throw new StartError(`the database lacks the migrations ${pending.join(', ')}: run \`npm run setup\``);
    }
  } catch (error) {
    // Each projection waits for the database by itself.
    if (!isUnavailable(error)) throw error;
    logger.warn('the database is away', { error });
  }
}
