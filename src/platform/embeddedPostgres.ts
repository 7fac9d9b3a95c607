// PostgreSQL for a machine that has none: run with its own pg_ctl in a process group of its own, so that Ctrl-C reaches us
// and not it. Whoever holds the session lock owns it; a server without an owner is the orphan of a crash and is adopted.
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { Clock, Random } from './clock.ts';
import { type ServerPlace, choosePlace } from './embeddedPlace.ts';
import type { Logger } from './logger.ts';
import { type PostgresSession, isUnavailable, openSession } from './postgres.ts';
import { StartError } from './startError.ts';
import { runProgram } from './runProgram.ts';

export type EmbeddedPostgres = {
  readonly connectionString: string;
  /** What a person should be told of: where data went, and why. */
  readonly notes: readonly string[];
  stop(): Promise<void>;
};

export class AlreadyRunningError extends StartError {
  override readonly name = 'AlreadyRunningError';
}

export type EmbeddedOptions = {
  readonly dataDir: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** False only in tests: a crash of the machine may then lose data. */
  readonly fsync?: boolean;
};

// The bytes of "omniown".
const OWNER_LOCK = 7_237_954_715_206_510n;
const START_WITHIN_MS = 10_000;
const STOP_WITHIN_SEC = 3;
const USER = 'omni';
const DATABASE = 'omni';

const SETTINGS = `
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 120
shared_buffers = 128MB
max_wal_size = 1GB
timezone = 'UTC'
log_timezone = 'UTC'
`;

/** @throws AlreadyRunningError when another router owns this data folder */
export async function openEmbeddedPostgres(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const { clock, logger } = options;
  const place = choosePlace(options.dataDir);
  checkVersion(place);
  const password = await initialise(place, options);
  const url = (port: number, database: string) => `postgres://${USER}:${password}@127.0.0.1:${port}/${database}`;
  const server = await own(place, url, clock);
  let { owner } = server;
  await createDatabase(owner);
  const state = { stopping: false };

  const watch = async (): Promise<void> => {
    await aborted(owner.lost);
    while (!state.stopping) {
      logger.error('the embedded PostgreSQL is gone; starting it again');
      try {
        ({ owner } = await own(place, url, clock, server.port));
        logger.info('the embedded PostgreSQL is back');
        await aborted(owner.lost);
      } catch (error) {
        logger.error('the embedded PostgreSQL did not start', { error });
        await clock.sleep(1_000);
      }
    }
  };
  const watching = watch();

  return {
    connectionString: url(server.port, DATABASE),
    notes: place.notes,
    async stop() {
      state.stopping = true;
      if (!owner.lost.aborted) await owner.close();
      await stopServer(place, logger);
      await watching;
    },
  };
}

function checkVersion({ data, majorVersion, base }: ServerPlace): void {
  const file = join(data, 'PG_VERSION');
  if (!existsSync(file)) return;
  const found = readFileSync(file, 'utf8').trim();
  if (found === majorVersion) return;
  throw new StartError(
    `the data in ${base} were written by PostgreSQL ${found}, and this router brings ${majorVersion}: ` +
      `move them away, or point DATABASE_URL at a server of that version`,
  );
}

/** Makes the data folder once, whole or not at all, and returns the password of its only user. */
async function initialise(place: ServerPlace, { random, fsync = true }: EmbeddedOptions): Promise<string> {
  const passwordFile = join(place.base, 'password');
  if (existsSync(join(place.data, 'PG_VERSION'))) return readFileSync(passwordFile, 'utf8').trim();
  const password = random.bytes(24).toString('hex');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  place.giveToServer(passwordFile);
  const fresh = `${place.data}.new`;
  rmSync(fresh, { recursive: true, force: true });
  await runProgram(place, 'initdb', [
    `--pgdata=${fresh}`,
    `--username=${USER}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    '--no-instructions',
    ...(fsync ? [] : ['--no-sync']),
  ]);
  writeFileSync(
    join(fresh, 'postgresql.auto.conf'),
    `${SETTINGS}${fsync ? '' : 'fsync = off\nsynchronous_commit = off\n'}`,
  );
  renameSync(fresh, place.data);
  return password;
}

type Owned = { readonly owner: PostgresSession; readonly port: number };

/** Starts the server, or finds it running, and takes its owner's lock. Tries for ten seconds: a crash leaves traces that go. */
async function own(
  place: ServerPlace,
  url: (port: number, database: string) => string,
  clock: Clock,
  fixedPort?: number,
): Promise<Owned> {
  const deadline = clock.monotonicMs() + START_WITHIN_MS;
  for (;;) {
    const known = readPort(place);
    try {
      const running = known === undefined ? undefined : await tryToOwn(url(known, 'postgres'), place);
      if (running && known !== undefined) return { owner: running, port: known };
      const port = fixedPort ?? (await freePort(known));
      await runProgram(place, 'pg_ctl', [
        'start',
        '--wait',
        '--silent',
        '--timeout=10',
        `--pgdata=${place.data}`,
        `--log=${place.log}`,
        `--options=-p ${port}`,
      ]);
      writeFileSync(join(place.base, 'port'), String(port));
      const owner = await tryToOwn(url(port, 'postgres'), place);
      if (owner) return { owner, port };
    } catch (error) {
      if (error instanceof AlreadyRunningError || clock.monotonicMs() >= deadline) throw error;
    }
    await clock.sleep(200);
  }
}

/** Undefined when no server of ours answers there. */
async function tryToOwn(connectionString: string, place: ServerPlace): Promise<PostgresSession | undefined> {
  let session: PostgresSession;
  try {
    session = await openSession({ connectionString, applicationName: 'omni-owner' });
  } catch (error) {
    // 28P01: somebody else's server has taken our port since.
    if (isUnavailable(error) || (error instanceof Error && 'code' in error && error.code === '28P01')) return undefined;
    throw error;
  }
  const { rows } = await session.query<{ owned: boolean }>('select pg_try_advisory_lock($1) as owned', [OWNER_LOCK]);
  if (rows[0]?.owned) return session;
  await session.close();
  throw new AlreadyRunningError(
    `a router is already running on the data in ${place.base}: stop it, or set OMNI_DATA_DIR to another folder`,
  );
}

async function createDatabase(owner: PostgresSession): Promise<void> {
  const { rowCount } = await owner.query('select from pg_database where datname = $1', [DATABASE]);
  if (rowCount === 0) await owner.query(`create database ${DATABASE}`);
}

async function stopServer(place: ServerPlace, logger: Logger): Promise<void> {
  const stop = (mode: string) =>
    runProgram(place, 'pg_ctl', [
      'stop',
      '--wait',
      '--silent',
      `--mode=${mode}`,
      `--timeout=${STOP_WITHIN_SEC}`,
      `--pgdata=${place.data}`,
    ]);
  try {
    await stop('fast');
  } catch (error) {
    if (!existsSync(join(place.data, 'postmaster.pid'))) return;
    logger.warn('PostgreSQL did not stop in time; stopping it at once', { error });
    await stop('immediate');
  }
}

async function freePort(preferred: number | undefined): Promise<number> {
  const port = (preferred === undefined ? undefined : await tryPort(preferred)) ?? (await tryPort(0));
  if (port === undefined) throw new Error('no free port on 127.0.0.1');
  return port;
}

/** That port, or for 0 any free one; undefined when it is taken. */
function tryPort(port: number): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(undefined) : reject(error),
    );
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : undefined));
    });
  });
}

/** The port of the server that runs (its pid file says so), else the one that it had last. */
function readPort({ base, data }: ServerPlace): number | undefined {
  const pidFile = join(data, 'postmaster.pid');
  const portFile = join(base, 'port');
  const fromPid = existsSync(pidFile) ? Number(readFileSync(pidFile, 'utf8').split('\n')[3]) : 0;
  if (fromPid > 0) return fromPid;
  return existsSync(portFile) ? Number(readFileSync(portFile, 'utf8')) : undefined;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
