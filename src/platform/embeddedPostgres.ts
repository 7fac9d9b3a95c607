// PostgreSQL for a machine that has none: run with its own pg_ctl in a process group of its own, so that Ctrl-C reaches us
// and not it. It is started again when it dies under us, on the same port.
import type { Clock, Random } from './clock.ts';
import { prepareCluster } from './embeddedCluster.ts';
import { choosePlace } from './embeddedPlace.ts';
import {
  AlreadyRunningError,
  type EmbeddedServer,
  type OwnedServer,
  ownServer,
  stopServer,
  stopServerAtOnce,
  urlOf,
} from './embeddedServer.ts';
import type { Logger } from './logger.ts';
import type { PostgresSession } from './postgres.ts';

export type EmbeddedPostgres = {
  readonly connectionString: string;
  /** What a person should be told of: where data went, and why. */
  readonly notes: readonly string[];
  /** Aborted when the server was lost and another router owns the data now: this process has to end. */
  readonly takenOver: AbortSignal;
  stop(): Promise<void>;
  /** For a process that ends without waiting. */
  stopAtOnce(): void;
};

export type EmbeddedOptions = {
  readonly dataDir: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** False only in tests: a crash of the machine may then lose data. */
  readonly fsync?: boolean;
};

const DATABASE = 'omni';

/** @throws AlreadyRunningError when another router owns this data folder, StartError when a person has to change something */
export async function openEmbeddedPostgres(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const { clock, logger, random, fsync = true } = options;
  const place = choosePlace(options.dataDir);
  const password = await prepareCluster(place, { random, fsync });
  const server: EmbeddedServer = { place, password, clock };
  const stopping = new AbortController();
  const owned = await ownServer(server, { stopping: stopping.signal });
  try {
    await createDatabase(owned.owner);
  } catch (error) {
    await stopServer(place, logger);
    throw error;
  }
  const takenOver = new AbortController();
  const watching = keepRunning(server, owned, { logger, stopping: stopping.signal, takenOver });
  return {
    connectionString: urlOf(server, owned.port, DATABASE),
    notes: place.notes,
    takenOver: takenOver.signal,
    async stop() {
      stopping.abort(new Error('the embedded PostgreSQL is being stopped'));
      const owner = await watching;
      if (takenOver.signal.aborted) return;
      // The lock is held to the end: nobody adopts a server that is stopping.
      await stopServer(place, logger);
      if (!owner.lost.aborted) await owner.close();
    },
    stopAtOnce() {
      if (!takenOver.signal.aborted) stopServerAtOnce(place);
    },
  };
}

/** Starts the server again whenever the owner's connection is lost. Gives the last one when it is to stop. */
async function keepRunning(
  server: EmbeddedServer,
  { owner: first, port }: OwnedServer,
  { logger, stopping, takenOver }: { logger: Logger; stopping: AbortSignal; takenOver: AbortController },
): Promise<PostgresSession> {
  let owner = first;
  for (;;) {
    await aborted(AbortSignal.any([owner.lost, stopping]));
    if (stopping.aborted) return owner;
    logger.error('the embedded PostgreSQL is gone; starting it again');
    try {
      ({ owner } = await ownServer(server, { stopping, fixedPort: port }));
      logger.info('the embedded PostgreSQL is back');
    } catch (error) {
      if (stopping.aborted) return owner;
      logger.error('the embedded PostgreSQL did not start', { error });
      if (error instanceof AlreadyRunningError) {
        takenOver.abort(error);
        return owner;
      }
      await pause(server.clock, stopping);
    }
  }
}

async function pause(clock: Clock, stopping: AbortSignal): Promise<void> {
  try {
    await clock.sleep(1_000, stopping);
  } catch (error) {
    if (!stopping.aborted) throw error;
  }
}

async function createDatabase(owner: PostgresSession): Promise<void> {
  const { rowCount } = await owner.query('select from pg_database where datname = $1', [DATABASE]);
  if (rowCount === 0) await owner.query(`create database ${DATABASE}`);
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
