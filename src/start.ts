// `npm start`: one supervisor that owns the embedded database and runs web, projections and worker as child processes. A dead
// child is started again; when the supervisor ends, however it ends, its children end with it.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, rmSync, watch, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ensureLocalKey } from './accounts/localKey.ts';
import { type Env, type RawEnv, loadEnv, readRawEnv } from './config/env.ts';
import { loadModelsFile, loadPolicyFile } from './config/load.ts';
import { createRandom, systemClock } from './platform/clock.ts';
import { openEmbeddedPostgres } from './platform/embeddedPostgres.ts';
import { ensureWritable } from './platform/ensureWritable.ts';
import { type Lifecycle, createLifecycle } from './platform/lifecycle.ts';
import { type Logger, createLogger } from './platform/logger.ts';
import { openPostgres } from './platform/postgres.ts';
import { CONFIG_FILES, setUp } from './setup.ts';

const CHILDREN = { web: 'src/main', projections: 'projections/main', worker: 'workers/main' } as const;
type ChildName = keyof typeof CHILDREN;

const GRACE_SEC = 3;
const KILL_AFTER_MS = 4_200;
const RESTART_MS = { least: 250, most: 10_000 };
const STEADY_MS = 30_000;

type Mode = { readonly fromSource: boolean; readonly reload: boolean };

async function start(raw: RawEnv, mode: Mode): Promise<number> {
  // Under `npm start` the grace is short, so that Ctrl-C ends everything within five seconds.
  const env = loadEnv({ ...raw, SHUTDOWN_GRACE_SEC: raw['SHUTDOWN_GRACE_SEC'] || String(GRACE_SEC) });
  loadModelsFile(CONFIG_FILES.models);
  loadPolicyFile(CONFIG_FILES.policy);
  ensureWritable(env.dataDir, 'OMNI_DATA_DIR');
  const logger = createLogger({ level: env.logLevel, json: env.nodeEnv === 'production', process: 'start' });
  const lifecycle = createLifecycle({ clock: systemClock, logger, closeWithinMs: 10_000 });
  try {
    const databaseUrl = env.databaseUrl ?? (await openDatabase(env, lifecycle, logger));
    const random = createRandom(systemClock);
    await setUp({ databaseUrl, eventStoreUrl: env.eventStoreUrl, logger, clock: systemClock, random });
    const key = env.nodeEnv === 'production' ? undefined : await makeLocalKey(env, databaseUrl, logger);
    const first = await runChildren({ env, raw, databaseUrl, mode, lifecycle, logger });
    if (first === undefined) return 1;
    if ('url' in first) announce(env, databaseUrl, key, first);
    logger.info('stopping', { reason: await lifecycle.ending });
    return 0;
  } finally {
    await lifecycle.closeAll();
  }
}

async function openDatabase(env: Env, lifecycle: Lifecycle, logger: Logger): Promise<string> {
  const random = createRandom(systemClock);
  const database = await openEmbeddedPostgres({ dataDir: env.dataDir, clock: systemClock, random, logger });
  lifecycle.own('the embedded database', () => database.stop());
  // For the commands that talk to a running router (`npm run sql`, `generate-api-key`).
  const file = join(env.dataDir, 'database-url');
  writeFileSync(file, database.connectionString, { mode: 0o600 });
  lifecycle.own('the database address', () => rmSync(file, { force: true }));
  for (const note of database.notes) process.stdout.write(`${note}\n`);
  return database.connectionString;
}

async function makeLocalKey(env: Env, databaseUrl: string, logger: Logger): Promise<string> {
  const postgres = openPostgres({ connectionString: databaseUrl, applicationName: 'omni-start', max: 1, logger });
  try {
    return await ensureLocalKey({ postgres, clock: systemClock, random: createRandom(systemClock) }, env.dataDir);
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
};

/** Starts the three and keeps them alive. Resolves with what web said first; undefined when web could not start at all. */
async function runChildren(running: Running): Promise<Ready | { readonly stopped: string } | undefined> {
  const { lifecycle, logger, mode } = running;
  const stop = new AbortController();
  const children = new Set<ChildProcess>();
  let tellReady: (ready: Ready | undefined) => void = () => {};
  const ready = new Promise<Ready | undefined>((resolve) => {
    tellReady = resolve;
  });
  const keepAlive = async (name: ChildName): Promise<void> => {
    let waitMs = RESTART_MS.least;
    for (let isFirst = true; !stop.signal.aborted; isFirst = false) {
      const started = systemClock.monotonicMs();
      const child = startChild(name, running);
      children.add(child);
      child.on('message', (message) => {
        if (isReady(message)) tellReady(message);
      });
      const code = await exitOf(child);
      children.delete(child);
      if (stop.signal.aborted) return;
      // Its first start failed: it has said why, and a second try would say the same.
      if (isFirst && name === 'web' && code === 1) return tellReady(undefined);
      waitMs =
        systemClock.monotonicMs() - started > STEADY_MS ? RESTART_MS.least : Math.min(waitMs * 2, RESTART_MS.most);
      logger.warn(`${name} ended and is started again`, { code, waitMs });
      await pause(waitMs, stop.signal);
    }
  };
  const all = (Object.keys(CHILDREN) as ChildName[]).map(keepAlive);
  lifecycle.own('the child processes', async () => {
    stop.abort();
    for (const child of children) child.kill('SIGTERM');
    const kill = setTimeout(() => {
      for (const child of children) child.kill('SIGKILL');
    }, KILL_AFTER_MS);
    await Promise.all(all);
    clearTimeout(kill);
  });
  if (mode.reload) lifecycle.own('the file watchers', watchSources(children, logger));
  return await Promise.race([ready, lifecycle.ending.then((stopped) => ({ stopped }))]);
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

function announce(env: Env, databaseUrl: string, key: string | undefined, { url, simulated }: Ready): void {
  const lines = [
    '',
    `Omni-Model Router listens on ${url}`,
    simulated
      ? 'Providers: SIMULATED, because no provider key is set (see .env.example). Every answer says so in x-omni-simulated.'
      : 'Providers: real.',
    `SQL clients: ${databaseUrl}`,
    ...(key === undefined
      ? []
      : [
          'Try it:',
          `  curl -s ${url}/v1/chat -H 'Authorization: Bearer ${key}' -H 'Content-Type: application/json' -d '{"messages":[{"role":"user","content":"Write a haiku about SQL"}]}'`,
          `Your key is in ${join(env.dataDir, 'local-key')}.`,
        ]),
    '',
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

try {
  const mode = { fromSource: process.argv.includes('--from-source'), reload: process.argv.includes('--reload') };
  process.exitCode = await start(readRawEnv(), mode);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
