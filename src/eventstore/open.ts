// Which event log: by the scheme of its URL. Unset = a table in the main database.
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import { openPostgres } from '../platform/postgres.ts';
import type { EventStore } from './eventStore.ts';
import { ownsPosition, readCredentials } from './eventstoredbForms.ts';
import { openPostgresEventStore } from './postgres.ts';

export type LogSettings = {
  readonly url: string | undefined;
  readonly databaseUrl: string;
  readonly applicationName: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Several followers in this process: what they read is read once, where the backend can. */
  readonly sharesReads?: boolean;
};

/**
 * Opens the log with connections of its own, so that slow readers of the read models never hold up an append.
 * @throws Error when the scheme is none of ours, or an address with TLS lacks credentials
 */
export function openEventStore(settings: LogSettings): EventStore {
  const { url, databaseUrl, applicationName, clock, logger, sharesReads = false } = settings;
  const target = url ?? databaseUrl;
  const scheme = /^([a-z+]+):\/\//.exec(target)?.[1] ?? '';
  switch (scheme) {
    case 'esdb':
    case 'esdb+discover':
      readCredentials(target);
      return loadEventStoreDb({ url: target, clock, logger });
    case 'postgres':
    case 'postgresql': {
      const options = { connectionString: target, applicationName: `${applicationName}-log`, max: 4, logger };
      return openPostgresEventStore({ postgres: openPostgres(options), clock, logger, ownsPool: true, sharesReads });
    }
    default:
      throw new Error(
        `EVENTSTORE_URL: found an address with the scheme "${scheme}"; allowed: postgres://, postgresql://, esdb://, esdb+discover://`,
      );
  }
}

/** The client is loaded at the first use of such a log: gRPC costs every process a fifth of a second at its start. */
function loadEventStoreDb(options: { url: string; clock: Clock; logger: Logger }): EventStore {
  let loading: Promise<EventStore> | undefined;
  const load = () => (loading ??= open());
  const open = async (): Promise<EventStore> => {
    const { openEventStoreDb } = await import('./eventstoredb.ts');
    return openEventStoreDb(options);
  };
  return {
    append: async (stream, events, expected) => (await load()).append(stream, events, expected),
    async *readStream(stream, range) {
      yield* (await load()).readStream(stream, range);
    },
    async *subscribe(after, categories, signal) {
      yield* (await load()).subscribe(after, categories, signal);
    },
    head: async () => (await load()).head(),
    owns: ownsPosition,
    close: async () => (await loading)?.close(),
  };
}
