// npm run chaos [-- --minutes N]: under constant load, processes are killed, the event log is cut off, and Postgres is stopped, at random
// times. At the end every answer that a caller has whole is in the log exactly once, nothing is there twice, and the audit finds nothing.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEvent } from '../../src/eventstore/codec.ts';
import { START } from '../../src/eventstore/eventStore.ts';
import { openPostgresEventStore } from '../../src/eventstore/postgres.ts';
import { createRandom, systemClock } from '../../src/platform/clock.ts';
import { choosePlace } from '../../src/platform/embeddedPlace.ts';
import { openEmbeddedPostgres } from '../../src/platform/embeddedPostgres.ts';
import { stopServerAtOnce } from '../../src/platform/embeddedServer.ts';
import { listen } from '../../src/platform/listen.ts';
import { openPostgres } from '../../src/platform/postgres.ts';
import { silentLogger } from '../support/logger.ts';
import { newDataDir, removeDataDir, spawnSystem } from '../support/system.ts';
import { type TcpProxy, openTcpProxy } from '../support/tcpProxy.ts';
import { until } from '../support/until.ts';
import { type Heard, keepCalling, nothingHeard } from './chaosClient.ts';
import { findPid, forkPort } from './processes.ts';

export type ChaosPlan = {
  readonly kills: number;
  readonly storeOutages: number;
  readonly databaseOutages: number;
  readonly outageMs: number;
  readonly seconds: number;
  readonly streams: number;
  readonly callers: number;
  /** The supervisor, compiled or from source, and how its children's scripts begin. */
  readonly command: readonly string[];
  readonly scripts: string;
};
type Action = 'web' | 'projections' | 'worker' | 'supervisor' | 'store' | 'database';

const SCRIPTS = { web: 'src/main', projections: 'projections/main', worker: 'workers/main' } as const;

export async function runChaos(plan: ChaosPlan): Promise<{ text: string; whole: boolean }> {
  const world = await openWorld(plan);
  try {
    await world.start();
    const stop = new AbortController();
    const heard = nothingHeard();
    const caller = { url: world.url, key: world.key(), signal: stop.signal };
    const calling = Promise.all([
      ...Array.from({ length: plan.streams }, () => keepCalling(true, caller, heard)),
      ...Array.from({ length: plan.callers }, () => keepCalling(false, caller, heard)),
    ]);
    const done = await actAtRandom(plan, world);
    stop.abort();
    await calling;
    await world.settled();
    return await judge(world, heard, done);
  } finally {
    await world.close();
  }
}

async function actAtRandom(plan: ChaosPlan, world: World): Promise<Map<Action, number>> {
  const victims: readonly Action[] = ['web', 'projections', 'worker', 'supervisor'];
  const actions: Action[] = [
    ...Array.from({ length: plan.kills }, (_, place) => victims[place % victims.length] ?? 'web'),
    ...Array.from({ length: plan.storeOutages }, (): Action => 'store'),
    ...Array.from({ length: plan.databaseOutages }, (): Action => 'database'),
  ];
  const done = new Map<Action, number>();
  const gapMs = (plan.seconds * 1_000) / actions.length;
  for (const action of shuffled(actions)) {
    await systemClock.sleep(gapMs * (0.5 + Math.random()));
    await world.act(action);
    done.set(action, (done.get(action) ?? 0) + 1);
  }
  return done;
}

function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, order: Math.random() }))
    .sort((a, b) => a.order - b.order)
    .map(({ item }) => item);
}

type World = Awaited<ReturnType<typeof openWorld>>;

async function openWorld(plan: ChaosPlan) {
  const upstream = await forkPort('test/bench/streamUpstream.ts', []);
  const databaseDir = mkdtempSync(join(tmpdir(), 'omni-chaos-'));
  const database = await openEmbeddedPostgres({
    dataDir: databaseDir,
    clock: systemClock,
    random: createRandom(systemClock),
    logger: silentLogger,
  });
  const { port } = new URL(database.connectionString);
  const proxy = await openTcpProxy(() => ({ host: '127.0.0.1', port: Number(port) }));
  const eventStoreUrl = database.connectionString.replace(`:${port}/`, `:${proxy.port}/`);
  const dataDir = newDataDir();
  const webPort = await freePort();
  const url = `http://127.0.0.1:${webPort}`;
  const env = {
    DATABASE_URL: database.connectionString,
    EVENTSTORE_URL: eventStoreUrl,
    PORT: String(webPort),
    OPENAI_API_KEY: 'chaos',
    OPENAI_BASE_URL: `http://127.0.0.1:${upstream.port}/v1`,
    LOG_LEVEL: 'error',
  };
  let system: ReturnType<typeof spawnSystem> | undefined;
  let closing = false;
  const start = async (): Promise<void> => {
    const started = spawnSystem({ dataDir, env, command: plan.command });
    system = started;
    // A supervisor that gives up, because the database is away as it starts, is started again by whoever runs it.
    void started.ended.then(() => (closing || system !== started ? undefined : start()));
    await until(async () => (await statusOf(`${url}/health`)) === 200, { within: 60_000, what: 'the router' });
  };
  return {
    url,
    databaseUrl: database.connectionString,
    key: () => readFileSync(join(dataDir, 'local-key'), 'utf8').trim(),
    start,
    async act(action: Action): Promise<void> {
      if (action === 'store') await cutFor(proxy, plan.outageMs);
      else if (action === 'database') stopServerAtOnce(choosePlace(databaseDir));
      else if (action === 'supervisor') system?.supervisor.kill('SIGKILL');
      else killScript(dataDir, `${plan.scripts}${SCRIPTS[action]}`);
    },
    async settled(): Promise<void> {
      await until(() => isQuiet(url), { within: 120_000, what: 'a router that is itself again' });
    },
    verify: () => runVerify({ DATABASE_URL: database.connectionString, OMNI_DATA_DIR: dataDir }),
    async close(): Promise<void> {
      closing = true;
      system?.supervisor.kill('SIGINT');
      await system?.ended;
      await proxy.close();
      await database.stop();
      upstream.child.kill();
      removeDataDir(dataDir);
      rmSync(databaseDir, { recursive: true, force: true });
    },
  };
}

async function isQuiet(url: string): Promise<boolean> {
  const response = await fetch(`${url}/ready`).catch(() => undefined);
  if (response?.status !== 200) return false;
  const { status, spool, projections } = (await response.json()) as Ready;
  return status === 'ok' && spool.depth === 0 && projections.every(({ events }) => !events);
}

type Ready = {
  readonly status: string;
  readonly spool: { readonly depth: number };
  readonly projections: readonly { readonly events?: number }[];
};

async function freePort(): Promise<number> {
  const server = createServer();
  const { port } = new URL(await listen(server, '127.0.0.1', 0));
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return Number(port);
}

async function statusOf(url: string): Promise<number | undefined> {
  return (await fetch(url).catch(() => undefined))?.status;
}

async function cutFor(proxy: TcpProxy, ms: number): Promise<void> {
  proxy.cut();
  await systemClock.sleep(ms);
  proxy.mend();
}

/** It may be dead already, and not yet started again. */
function killScript(dataDir: string, script: string): void {
  const pid = findPid(dataDir, script);
  if (pid !== undefined) process.kill(pid, 'SIGKILL');
}

function runVerify(env: Readonly<Record<string, string>>): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'projections/commands/verify.ts'], {
    env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', ...env },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  return new Promise((resolve) => child.once('exit', (code) => resolve({ code, output })));
}

function add(counts: Map<string, number>, id: string): void {
  counts.set(id, (counts.get(id) ?? 0) + 1);
}

type Counts = { readonly routed: ReadonlyMap<string, number>; readonly completed: ReadonlyMap<string, number> };

async function countEvents(databaseUrl: string): Promise<Counts> {
  const postgres = openPostgres({ connectionString: databaseUrl, applicationName: 'chaos', logger: silentLogger });
  const store = openPostgresEventStore({ postgres, clock: systemClock, logger: silentLogger, ownsPool: true });
  const routed = new Map<string, number>();
  const completed = new Map<string, number>();
  try {
    const head = BigInt((await store.head()) ?? '0');
    for await (const { events, position } of store.subscribe(START, ['request'], new AbortController().signal)) {
      for (const event of events) {
        const { type, data } = openEvent(event);
        if (type === 'RequestRouted') add(routed, data.requestId);
        if (type === 'RequestCompleted') add(completed, data.requestId);
      }
      if (BigInt(position) >= head) break;
    }
    return { routed, completed };
  } finally {
    await store.close();
  }
}

async function judge(world: World, heard: Heard, done: ReadonlyMap<Action, number>) {
  const { routed, completed } = await countEvents(world.databaseUrl);
  const lost = [...heard.whole].filter((id) => routed.get(id) !== 1 || completed.get(id) !== 1);
  const doubled = [...routed.values(), ...completed.values()].filter((times) => times > 1).length;
  const audit = await world.verify();
  const whole = lost.length === 0 && doubled === 0 && heard.hung === 0 && audit.code === 0 && heard.whole.size > 0;
  const text = [
    `Done: ${[...done].map(([action, times]) => `${action} ${times}`).join(', ')}.`,
    '',
    `- whole answers: ${heard.whole.size}; failed: ${heard.failed}; broken off: ${heard.broken}; hung: ${heard.hung}`,
    `- most streams open at once: ${heard.mostOpen}`,
    `- whole answers without exactly one RequestRouted and one RequestCompleted: ${lost.length}${lost.length > 0 ? ` (${lost.slice(0, 5).join(', ')})` : ''}`,
    `- events twice: ${doubled}`,
    `- audit (npm run verify): ${audit.code === 0 ? 'no mismatch' : `exit ${audit.code}\n\n${audit.output}`}`,
    '',
    whole ? 'Whole: nothing lost, nothing double, nobody hung.' : 'NOT whole.',
  ].join('\n');
  return { text, whole };
}
