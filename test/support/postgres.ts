// Real Postgres for tests: one embedded server a run (or TEST_DATABASE_URL), one migrated template, one database a suite.
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before } from 'mocha';
import { createRandom, systemClock } from '../../src/platform/clock.ts';
import { openEmbeddedPostgres } from '../../src/platform/embeddedPostgres.ts';
import { migrate } from '../../src/platform/migrations.ts';
import { type Postgres, openPostgres } from '../../src/platform/postgres.ts';
import { findServerProcess, isAlive } from '../../src/platform/serverProcess.ts';
import { silentLogger } from './logger.ts';

const random = createRandom(systemClock);
export const MIGRATIONS = resolve('sql/migrations');

const FOLDER = 'omni-test-';

type Server = {
  readonly url: (database: string) => string;
  readonly template: string;
  readonly stop: () => Promise<void>;
};
let server: Promise<Server> | undefined;

async function openServer(): Promise<Server> {
  const given = process.env['TEST_DATABASE_URL'];
  if (given === undefined) removeAbandonedServers();
  const dataDir = given === undefined ? mkdtempSync(join(tmpdir(), `${FOLDER}${process.pid}-`)) : undefined;
  // As root the server runs as another user, who has to get in.
  if (dataDir !== undefined) chmodSync(dataDir, 0o755);
  const embedded =
    dataDir === undefined
      ? undefined
      : await openEmbeddedPostgres({ dataDir, clock: systemClock, random, logger: silentLogger, fsync: false });
  const base = given ?? embedded?.connectionString ?? '';
  const url = (database: string) => Object.assign(new URL(base), { pathname: `/${database}` }).toString();
  const template = `template_${random.bytes(6).toString('hex')}`;
  const stop = async (): Promise<void> => {
    if (!embedded) await dropDatabase(base, template);
    await embedded?.stop();
    if (dataDir !== undefined) rmSync(dataDir, { recursive: true, force: true });
  };
  try {
    await makeTemplate(base, template, url(template));
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, template, stop };
}

async function makeTemplate(connectionString: string, template: string, databaseUrl: string): Promise<void> {
  const admin = openPostgres({ connectionString, applicationName: 'test-admin', logger: silentLogger, max: 1 });
  try {
    await admin.query(`create database ${template}`);
    await migrate({ databaseUrl, directory: MIGRATIONS, logger: silentLogger });
  } finally {
    await admin.close();
  }
}

/** Servers of runs that were killed: their folder names the process. */
function removeAbandonedServers(): void {
  for (const name of readdirSync(tmpdir())) {
    const owner = name.startsWith(FOLDER) ? Number(/^\d+/.exec(name.slice(FOLDER.length))?.[0]) : NaN;
    if (!(owner > 0) || isAlive(owner)) continue;
    const folder = join(tmpdir(), name);
    const running = findServerProcess(join(folder, 'postgres', 'data'));
    if (running) process.kill(running.pid, 'SIGQUIT');
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  }
}

/** Ends the server of this run, if one was started: for the root hook. */
export async function stopTestServer(): Promise<void> {
  const running = server;
  // With `mocha --parallel` a worker ends its server after each file and may need another one.
  server = undefined;
  await (await running)?.stop();
}

async function dropDatabase(connectionString: string, name: string): Promise<void> {
  const admin = openPostgres({ connectionString, applicationName: 'test-admin', logger: silentLogger, max: 1 });
  await admin.query(`drop database if exists ${name} with (force)`);
  await admin.close();
}

export type TestDatabase = { readonly connectionString: string; readonly postgres: Postgres };

/** A migrated database of its own, for a suite that manages its own life. */
export async function openTestDatabase(): Promise<TestDatabase & { close(): Promise<void> }> {
  server ??= openServer();
  return await createDatabase((await server).template);
}

/** One without a single table. */
export async function openEmptyDatabase(): Promise<TestDatabase & { close(): Promise<void> }> {
  return await createDatabase('template1');
}

async function createDatabase(template: string): Promise<TestDatabase & { close(): Promise<void> }> {
  server ??= openServer();
  const { url } = await server;
  const name = `test_${random.bytes(6).toString('hex')}`;
  const admin = openPostgres({
    connectionString: url('postgres'),
    applicationName: 'test-admin',
    logger: silentLogger,
    max: 1,
  });
  await admin.query(`create database ${name} template ${template}`);
  const postgres = openPostgres({ connectionString: url(name), applicationName: 'test', logger: silentLogger });
  return {
    connectionString: url(name),
    postgres,
    async close() {
      await postgres.close();
      await admin.query(`drop database ${name} with (force)`);
      await admin.close();
    },
  };
}

/** Call inside `describe`: a fresh migrated database for that suite. */
export function useDatabase(): TestDatabase {
  let open: Awaited<ReturnType<typeof openTestDatabase>> | undefined;
  before(async function () {
    this.timeout(30_000);
    open = await openTestDatabase();
  });
  after(async () => {
    await open?.close();
  });
  const opened = () => {
    if (!open) throw new Error('the database of this suite is not open: use it inside a test or a hook');
    return open;
  };
  return {
    get connectionString() {
      return opened().connectionString;
    },
    get postgres() {
      return opened().postgres;
    },
  };
}
