// Which event log: by the scheme of its URL. Unset = a table in the main database.
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import { type Postgres, openPostgres } from '../platform/postgres.ts';
import type { EventStore } from './eventStore.ts';
import { openPostgresEventStore } from './postgres.ts';

export type LogSettings = {
  readonly url: string | undefined;
  readonly databaseUrl: string;
  readonly applicationName: string;
  readonly clock: Clock;
  readonly logger: Logger;
};

/** Opens the log with connections of its own, so that slow readers of the read models never hold up an append. */
export function openEventStore({ url, databaseUrl, applicationName, clock, logger }: LogSettings): EventStore {
  const target = url ?? databaseUrl;
  if (target.startsWith('esdb')) {
    throw new Error(
      'EVENTSTORE_URL: found an esdb:// address; allowed in this version: postgres://…, or unset for the log in DATABASE_URL',
    );
  }
  const postgres: Postgres = openPostgres({
    connectionString: target,
    applicationName: `${applicationName}-log`,
    max: 4,
    logger,
  });
  const store = openPostgresEventStore({ postgres, clock, logger });
  return {
    ...store,
    async close() {
      await store.close();
      await postgres.close();
    },
  };
}
