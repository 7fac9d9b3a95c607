// Chooses the backend of the event log by the scheme of its address; without one the log is in the router's own database.
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import { type Postgres, openPostgres } from '../platform/postgres.ts';
import { StartError } from '../platform/startError.ts';
import type { EventStore } from './eventStore.ts';
import { openPostgresEventStore } from './postgres.ts';

export type OpenEventStoreOptions = {
  /** `postgres://…`; undefined = in `postgres`. */
  readonly url: string | undefined;
  /** The router's own database; it is not closed with the store. */
  readonly postgres: Postgres;
  readonly clock: Clock;
  readonly logger: Logger;
};

/** @throws StartError when the scheme is none of ours */
export function openEventStore({ url, postgres, clock, logger }: OpenEventStoreOptions): EventStore {
  if (url === undefined) return openPostgresEventStore({ postgres, clock, logger });
  const scheme = url.slice(0, Math.max(url.indexOf('://'), 0));
  switch (scheme) {
    case 'postgres':
    case 'postgresql': {
      const elsewhere = openPostgres({ connectionString: url, applicationName: 'omni-eventlog', logger });
      return openPostgresEventStore({ postgres: elsewhere, clock, logger, ownsPool: true });
    }
    default:
      throw new StartError(
        `EVENTSTORE_URL: found the scheme "${scheme}"; allowed in this version: postgres, postgresql`,
      );
  }
}
