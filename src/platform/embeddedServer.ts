// Starts, finds, owns and stops the embedded server. Whoever holds the session lock owns it; a server without an owner is the
// orphan of a crash and is adopted.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from './clock.ts';
import { SERVER_USER } from './embeddedCluster.ts';
import type { ServerPlace } from './embeddedPlace.ts';
import { tryPort } from './freePort.ts';
import type { Logger } from './logger.ts';
import { type PostgresSession, openSession } from './postgres.ts';
import { runProgram } from './runProgram.ts';
import { findServerProcess, readLastLines, removeFalsePidFile } from './serverProcess.ts';
import { StartError } from './startError.ts';

export class AlreadyRunningError extends StartError {
  override readonly name = 'AlreadyRunningError';
}

export type EmbeddedServer = { readonly place: ServerPlace; readonly password: string; readonly clock: Clock };
export type OwnedServer = { readonly owner: PostgresSession; readonly port: number };

// The bytes of "omniown".
const OWNER_LOCK = 7_237_954_715_206_510n;
/** A crash leaves traces that go by themselves: a pid file, shared memory of dying backends. */
const START_WITHIN_MS = 10_000;
/** Recovery after a crash reads up to max_wal_size again. */
const RECOVER_WITHIN_SEC = 120;
/** The server sees the end of a killed owner's connection a moment late. */
const LOCK_WITHIN_MS = 1_500;
const FAST_STOP_SEC = 1;
const IMMEDIATE_STOP_SEC = 2;

export function urlOf({ password }: Pick<EmbeddedServer, 'password'>, port: number, database: string): string {
  return `postgres://${SERVER_USER}:${password}@127.0.0.1:${port}/${database}`;
}

/** Starts the server, or finds it running, and takes its owner's lock. @throws AlreadyRunningError when it is taken */
export async function ownServer(
  server: EmbeddedServer,
  { stopping, fixedPort }: { stopping: AbortSignal; fixedPort?: number },
): Promise<OwnedServer> {
  const { place, clock } = server;
  const deadline = clock.monotonicMs() + START_WITHIN_MS;
  const recovered = clock.monotonicMs() + RECOVER_WITHIN_SEC * 1_000;
  for (;;) {
    stopping.throwIfAborted();
    let failure: unknown;
    try {
      const running = findServerProcess(place.data)?.port ?? NaN;
      const adopted = running > 0 ? await tryToOwn(server, running) : undefined;
      if (adopted) return { owner: adopted, port: running };
      const port = fixedPort ?? (await choosePort(place));
      await startServer(place, port, stopping);
      keepPort(place, port);
      const owner = await tryToOwn(server, port);
      if (owner) return { owner, port };
    } catch (error) {
      if (error instanceof AlreadyRunningError || stopping.aborted) throw error;
      failure = error;
    }
    if (clock.monotonicMs() >= (isStarting(failure) ? recovered : deadline)) throw didNotStart(place, failure);
    removeFalsePidFile(place.data, clock.now());
    await clock.sleep(200, stopping);
  }
}

function startServer(place: ServerPlace, port: number, stopping: AbortSignal): Promise<void> {
  return runProgram(
    place,
    'pg_ctl',
    [
      'start',
      '--wait',
      '--silent',
      `--timeout=${RECOVER_WITHIN_SEC}`,
      '--pgdata=data',
      '--log=postgres.log',
      `--options=-p ${port}`,
    ],
    stopping,
  );
}

function didNotStart(place: ServerPlace, cause: unknown): StartError {
  const reason = cause instanceof Error ? cause.message : 'it did not answer';
  return new StartError(
    `the embedded PostgreSQL in ${place.base} did not start: ${reason}\n${readLastLines(place.log, 5)}`.trimEnd(),
    { cause },
  );
}

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined);
/** 57P03: the server is there and not ready yet. */
const isStarting = (error: unknown): boolean => codeOf(error) === '57P03';

/** Undefined when no server of ours answers there. @throws AlreadyRunningError */
async function tryToOwn(server: EmbeddedServer, port: number): Promise<PostgresSession | undefined> {
  const { place, clock } = server;
  let session: PostgresSession;
  try {
    session = await openSession({ connectionString: urlOf(server, port, 'postgres'), applicationName: 'omni-owner' });
  } catch (error) {
    if (isStarting(error)) throw error;
    // Nobody, or a stranger who has taken the port since; if it is ours after all, starting it fails and says why.
    return undefined;
  }
  const deadline = clock.monotonicMs() + LOCK_WITHIN_MS;
  for (;;) {
    const { rows } = await session.query<{ owned: boolean }>('select pg_try_advisory_lock($1) as owned', [OWNER_LOCK]);
    if (rows[0]?.owned) return session;
    if (clock.monotonicMs() >= deadline) break;
    await clock.sleep(100);
  }
  await session.close();
  throw new AlreadyRunningError(
    `a router is already running on the data in ${place.base}: stop it, or set OMNI_DATA_DIR to another folder`,
  );
}

/** Asks for a fast end and, when that takes too long, for one at once (the next start then recovers from the log). */
export async function stopServer(place: ServerPlace, logger: Logger): Promise<void> {
  const stop = (mode: string, seconds: number) =>
    runProgram(place, 'pg_ctl', [
      'stop',
      '--wait',
      '--silent',
      `--mode=${mode}`,
      `--timeout=${seconds}`,
      '--pgdata=data',
    ]);
  const isRunning = () => findServerProcess(place.data) !== undefined;
  if (!isRunning()) return;
  try {
    await stop('fast', FAST_STOP_SEC);
  } catch (error) {
    if (!isRunning()) return;
    logger.warn('PostgreSQL did not stop in time; stopping it at once', { error });
    await stop('immediate', IMMEDIATE_STOP_SEC);
  }
}

/** For a process that must end now: the server ends by itself a moment later. */
export function stopServerAtOnce(place: ServerPlace): void {
  const running = findServerProcess(place.data);
  if (running) process.kill(running.pid, 'SIGQUIT');
}

async function choosePort({ base }: ServerPlace): Promise<number> {
  const file = join(base, 'port');
  const last = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0;
  const port = (Number.isInteger(last) ? await tryPort(last) : undefined) ?? (await tryPort(0));
  if (port === undefined) throw new Error('no free port on 127.0.0.1');
  return port;
}

function keepPort(place: ServerPlace, port: number): void {
  const file = join(place.base, 'port');
  writeFileSync(file, String(port), { mode: 0o600 });
  place.giveToServer(file);
}
