// `npm start`: one supervisor that owns the embedded database and runs web, projections and worker as child processes. A dead
// child is started again; when the supervisor ends, however it ends, its children end with it.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, rmSync, watch, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ensureLocalKey } from './accounts/localKey.ts';
import { createSignInLink } from './accounts/signInLinks.ts';
import { type Env, type RawEnv, loadEnv, readRawEnv } from './config/env.ts';
import { createRandom, systemClock } from './platform/clock.ts';
import { openEmbeddedPostgres } from './platform/embeddedPostgres.ts';
import { ensureWritable } from './platform/ensureWritable.ts';
import { type Lifecycle, createLifecycle } from './platform/lifecycle.ts';
import { type Logger, createLogger } from './platform/logger.ts';
import { openPostgres } from './platform/postgres.ts';
import { waitForPort } from './platform/freePort.ts';
import { StartError } from './platform/startError.ts';
import { readConfigOrExit } from './runMain.ts';
import { FILE_READERS, setUp } from './setup.ts';

const CHILDREN = { web: 'src/main', projections: 'projections/main', worker: 'workers/main' } as const;
type ChildName = keyof typeof CHILDREN;

const GRACE_SEC = 3;
const CLOSE_MS = 2_000;
/** Beyond the children's own deadline. */
const KILL_BEYOND_MS = 1_600;
const RESTART_MS = { least: 250, most: 10_000 };
const STEADY_MS = 30_000;

type Mode = { readonly fromSource: boolean; readonly reload: boolean };

type Started = {
  readonly env: Env;
  readonly raw: RawEnv;
  readonly mode: Mode;
  readonly lifecycle: Lifecycle;
  readonly logger: Logger;
  readonly atOnce: (() => void)[];
};

async function start({ env, raw, mode, lifecycle, logger, atOnce }: Started): Promise<void> {
  ensureWritable(env.dataDir, 'OMNI_DATA_DIR');
  const databaseUrl = env.databaseUrl ?? (await openDatabase(env, lifecycle, logger, atOnce));
  await waitForPort(env, systemClock, lifecycle.stopping);
  await setUp({
    databaseUrl,
    eventStoreUrl: env.eventStoreUrl,
    logger,
    clock: systemClock,
    random: createRandom(systemClock),
  });
  const local = env.nodeEnv === 'production' ? undefined : await makeLocalKey(env, databaseUrl, logger);
  runChildren({ env, raw, databaseUrl, mode, lifecycle, logger, atOnce }, (ready) =>
    announce(env, databaseUrl, local, ready),
  );
}

async function openDatabase(env: Env, lifecycle: Lifecycle, logger: Logger, atOnce: (() => void)[]): Promise<string> {
  const random = createRandom(systemClock);
  const database = await lifecycle.open(
    'the embedded database',
    () => openEmbeddedPostgres({ dataDir: env.dataDir, clock: systemClock, random, logger }),
    (opened) => opened.stop(),
  );
  atOnce.push(() => database.stopAtOnce());
  database.takenOver.addEventListener('abort', () => {
    lifecycle.stop('another router has taken the database over', database.takenOver.reason);
  });
  // For the commands that talk to a running router (`npm run sql`, `generate-api-key`).
  const file = join(env.dataDir, 'database-url');
  writeFileSync(file, database.connectionString, { mode: 0o600 });
  lifecycle.own('the database address', () => rmSync(file, { force: true }));
  for (const note of database.notes) process.stdout.write(`${note}\n`);
  return database.connectionString;
}

/** What a person on this machine gets in with: programs by the key, a browser by the link, once. */
type LocalAccess = { readonly key: string; readonly signInToken: string };

async function makeLocalKey(env: Env, databaseUrl: string, logger: Logger): Promise<LocalAccess> {
  const postgres = openPostgres({ connectionString: databaseUrl, applicationName: 'omni-start', max: 1, logger });
  try {
    const tools = { postgres, clock: systemClock, random: createRandom(systemClock) };
    const key = await ensureLocalKey(tools, env.dataDir);
    return { key, signInToken: await createSignInLink(tools, key) };
  } finally {
    await postgres.close();
  }
}

type Ready = { readonly url: string; readonly simulated: boolean };
type Running = {
  readonly env: Env;
  readonly raw: RawEnv;
  readonly databaseUrl: string;
  readonly mode: Mode;
  readonly lifecycle: Lifecycle;
  readonly logger: Logger;
  readonly atOnce: (() => void)[];
};

/** Starts the three and keeps them alive until the end. Tells once when web listens; ends everything when it cannot. */
function runChildren(running: Running, onReady: (ready: Ready) => void): void {
  const { lifecycle, mode, logger } = running;
  const children = new Set<ChildProcess>();
  let announced = false;
  const onMessage = (message: unknown): void => {
    if (!isReady(message) || announced) return;
    announced = true;
    onReady(message);
  };
  // Before the database is: they are of no use without it.
  running.atOnce.unshift(() => {
    for (const child of children) child.kill('SIGKILL');
  });
  const all = (Object.keys(CHILDREN) as ChildName[]).map((name) => keepAlive(name, running, children, onMessage));
  lifecycle.own('the child processes', async () => {
    for (const child of children) child.kill('SIGTERM');
    const kill = setTimeout(() => {
      for (const child of children) child.kill('SIGKILL');
    }, running.env.shutdownGraceMs + KILL_BEYOND_MS);
    await Promise.all(all);
    clearTimeout(kill);
  });
  if (mode.reload) lifecycle.own('the file watchers', watchSources(children, logger));
}

async function keepAlive(
  name: ChildName,
  running: Running,
  children: Set<ChildProcess>,
  onMessage: (message: unknown) => void,
): Promise<void> {
  const { lifecycle, logger, mode } = running;
  const { stopping } = lifecycle;
  let waitMs = RESTART_MS.least;
  for (let isFirst = true; !stopping.aborted; isFirst = false) {
    const started = systemClock.monotonicMs();
    const child = startChild(name, running);
    children.add(child);
    child.on('message', onMessage);
    const code = await exitOf(child);
    children.delete(child);
    if (stopping.aborted) return;
    // A reload: it was told to end.
    if (mode.reload && child.killed) continue;
    if (isFirst && name === 'web' && code === 1) {
      // It has said why, and a second try would say the same.
      lifecycle.stop('web could not start', new StartError('The router could not start: the reason stands above.'));
      return;
    }
    waitMs = systemClock.monotonicMs() - started > STEADY_MS ? RESTART_MS.least : Math.min(waitMs * 2, RESTART_MS.most);
    logger.warn(`${name} ended and is started again`, { code, waitMs });
    await pause(waitMs, stopping);
  }
}

function startChild(name: ChildName, { env, raw, databaseUrl, mode }: Running): ChildProcess {
  const script = mode.fromSource ? `${CHILDREN[name]}.ts` : join('dist', `${CHILDREN[name]}.js`);
  return spawn(process.execPath, [...(mode.fromSource ? ['--import', 'tsx'] : ['--enable-source-maps']), script], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    // A terminal's Ctrl-C goes to its whole process group; the children are told by us, in order.
    detached: true,
    env: {
      ...raw,
      DATABASE_URL: databaseUrl,
      OMNI_DATA_DIR: resolve(env.dataDir),
      SHUTDOWN_GRACE_SEC: String(env.shutdownGraceMs / 1_000),
    },
  });
}

function isReady(message: unknown): message is Ready {
  return message !== null && typeof message === 'object' && 'type' in message && message.type === 'ready';
}

function exitOf(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => {
    child.once('exit', (code) => resolve(code));
    child.once('error', () => resolve(null));
  });
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await systemClock.sleep(ms, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** `npm run dev`: a changed source file ends the children, and they come back with it. */
function watchSources(children: ReadonlySet<ChildProcess>, logger: Logger): () => void {
  let due: NodeJS.Timeout | undefined;
  const watchers = ['src', 'projections', 'workers', 'config'].filter(existsSync).map((folder) =>
    watch(folder, { recursive: true }, (_event, file) => {
      clearTimeout(due);
      due = setTimeout(() => {
        logger.info('reloading', { file });
        for (const child of children) child.kill('SIGTERM');
      }, 200);
    }),
  );
  return () => {
    clearTimeout(due);
    for (const watcher of watchers) watcher.close();
  };
}

function announce(env: Env, databaseUrl: string, local: LocalAccess | undefined, { url, simulated }: Ready): void {
  const lines = [
    '',
    `Omni-Model Router listens on ${url}`,
    simulated
      ? 'Providers: SIMULATED, because no provider key is set (see .env.example). Every answer says so in x-omni-simulated.'
      : `Providers: real (${namesOfProviders(env).join(', ')}).`,
    `SQL clients: ${databaseUrl}`,
    ...(local === undefined
      ? []
      : [
          'Look at it (this link signs in, once):',
          `  ${url}/sign-in#${local.signInToken}`,
          'Try it:',
          `  curl -s ${url}/v1/chat -H 'Authorization: Bearer ${local.key}' -H 'Content-Type: application/json' -d '{"messages":[{"role":"user","content":"Write a haiku about SQL"}]}'`,
          `Your key is in ${join(env.dataDir, 'local-key')}.`,
        ]),
    '',
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

const namesOfProviders = ({ providers }: Env): string[] =>
  Object.entries(providers).flatMap(([name, { apiKeys }]) => (apiKeys.length === 0 ? [] : [name]));

let raw: RawEnv = {};
const env = readConfigOrExit(() => {
  raw = readRawEnv();
  // Under `npm start` the grace is short, so that Ctrl-C ends everything within five seconds.
  return loadEnv({ ...raw, SHUTDOWN_GRACE_SEC: raw['SHUTDOWN_GRACE_SEC'] || String(GRACE_SEC) });
}, FILE_READERS);
const logger = createLogger({ level: env.logLevel, json: env.nodeEnv === 'production', process: 'start' });
const atOnce: (() => void)[] = [];
const lifecycle = createLifecycle({
  clock: systemClock,
  logger,
  graceMs: env.shutdownGraceMs + CLOSE_MS,
  onSecondSignal: () => {
    for (const stop of atOnce) stop();
  },
});
const mode = { fromSource: process.argv.includes('--from-source'), reload: process.argv.includes('--reload') };
await lifecycle.run(() => start({ env, raw, mode, lifecycle, logger, atOnce }));
