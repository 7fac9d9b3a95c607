// npm run bench -- projections: how many events a second all projections together take while they catch up, and while they are built
// again, as a ratio to the bare append rate of the same run; and how far behind they are at 300 requests a second.
import { cpus, loadavg } from 'node:os';
import { openPools } from '../../projections/openTools.ts';
import { PROJECTIONS, findProjections } from '../../projections/registry.ts';
import { rebuildProjection } from '../../projections/rebuildProjection.ts';
import { runProjection } from '../../projections/runner.ts';
import { sealEvents } from '../../src/eventstore/codec.ts';
import type { EventStore } from '../../src/eventstore/eventStore.ts';
import { openPostgresEventStore } from '../../src/eventstore/postgres.ts';
import { createRandom, systemClock as clock } from '../../src/platform/clock.ts';
import { type Postgres, openPostgres } from '../../src/platform/postgres.ts';
import { silentLogger as logger } from '../support/logger.ts';
import { openTestDatabase, stopTestServer } from '../support/postgres.ts';
import { attempted, completed, routed } from '../support/requestEvents.ts';
import { until } from '../support/until.ts';

const random = createRandom(clock);
const EVENTS = Number(process.env['BENCH_EVENTS'] ?? 300_000);
const EVENTS_A_REQUEST = 3;
const AT_ONCE = 64;
const MODELS = ['openai/gpt-a', 'groq/openai/gpt-b', 'anthropic/claude-c', 'google/gemini-d'];
// The others say where they are at their heartbeat only: nothing of theirs is in this log.
const OF_REQUESTS = PROJECTIONS.filter(({ categories }) => categories.includes('request')).map(({ name }) => name);
const LIVE_SECONDS = 15;
const LIVE_REQUESTS = 300;

export async function runProjectionsBench(): Promise<string> {
  const database = await openTestDatabase();
  // As the process opens them: a bench with more patience than it would not tell that a statement takes too long.
  const { postgres, patient } = openPools(database.connectionString, logger);
  const log = openPostgres({ connectionString: database.connectionString, applicationName: 'bench', logger });
  const store = openPostgresEventStore({ postgres: log, ownsPool: true, clock, logger, sharesReads: true });
  try {
    const requests = Math.ceil(EVENTS / EVENTS_A_REQUEST);
    const append = await time(() => appendRequests(store, requests));
    const stop = new AbortController();
    const tools = { postgres, patient, store, clock, logger, signal: stop.signal };
    const running: Promise<void>[] = [];
    const caughtUp = await time(async () => {
      running.push(...PROJECTIONS.map((projection) => runProjection(projection, tools)));
      await waitForHead(store, postgres);
    });
    const lag = await measureLag(store, postgres);
    const rebuilt = await time(async () => {
      await Promise.all(findProjections('all').map((projection) => rebuildProjection(projection, tools)));
    });
    stop.abort();
    await Promise.all(running);
    const count = requests * EVENTS_A_REQUEST;
    return report({ count, append, caughtUp, rebuilt, lag });
  } finally {
    await store.close();
    await Promise.all([postgres.close(), patient.close()]);
    await database.close();
    await stopTestServer();
  }
}

type Figures = {
  readonly count: number;
  readonly append: Timed;
  readonly caughtUp: Timed;
  readonly rebuilt: Timed;
  readonly lag: { readonly most: number; readonly median: number };
};

function report({ count, append, caughtUp, rebuilt, lag }: Figures): string {
  const line = (what: string, { seconds, cpuSeconds }: Timed) =>
    `| ${what} | ${Math.round(count / seconds)} | ${(append.seconds / seconds).toFixed(2)} | ${seconds.toFixed(1)} | ${((cpuSeconds / count) * 1e6).toFixed(0)} |`;
  const [load = 0] = loadavg();
  return [
    `${count} events of requests, three a request, ${PROJECTIONS.length} projections in one process, embedded PostgreSQL on the same machine of ${cpus().length} cores, whose load was ${load.toFixed(1)} at the end.`,
    '',
    '| what | events/s | ratio to the bare append | seconds | CPU of this process, µs an event |',
    '| --- | --- | --- | --- | --- |',
    line(`bare append, ${AT_ONCE} requests in flight`, append),
    line('into all projections at once, from the first event', caughtUp),
    line('all read models rebuilt beside the live ones, all at once', rebuilt),
    '',
    `At ${LIVE_REQUESTS} requests/s (${LIVE_REQUESTS * EVENTS_A_REQUEST} events/s) for ${LIVE_SECONDS} s, the slowest of the ${OF_REQUESTS.length} projections of requests was behind by ${lag.median} ms in the median and ${lag.most} ms at most.`,
  ].join('\n');
}

type Timed = { readonly seconds: number; readonly cpuSeconds: number };

/** CPU is that of this process, both ends of the pipe but not the database's: it does not depend on who else is on the machine. */
async function time(work: () => Promise<void>): Promise<Timed> {
  const begun = performance.now();
  const cpu = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(cpu);
  return { seconds: (performance.now() - begun) / 1_000, cpuSeconds: (user + system) / 1e6 };
}

export async function appendRequests(store: EventStore, count: number): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) await appendRequest(store, next++);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

/** As a web process makes them: two appends. */
async function appendRequest(store: EventStore, index: number): Promise<void> {
  const requestId = random.uuid();
  const routedAt = new Date(Date.UTC(2026, 10, 1) + index * 1_000).toISOString();
  const modelId = MODELS[index % MODELS.length] ?? '';
  const make = { id: () => random.uuidv7(), madeAt: routedAt };
  const first = sealEvents([routed({ requestId, routedAt })], null, make);
  const stream = `request-${requestId}`;
  await store.append(stream, first, 'none');
  const tail = { revision: 0n, chain: first[0]?.metadata.chain ?? '' };
  const ended = sealEvents(
    [
      attempted({
        requestId,
        modelId,
        startedAt: routedAt,
        durationMs: 100 + (index % 900),
        firstTokenMs: 50 + (index % 200),
      }),
      completed({ requestId, modelId, routedAt, completedAt: routedAt }),
    ],
    tail,
    make,
  );
  await store.append(stream, ended, 0n);
}

export async function waitForHead(store: EventStore, postgres: Postgres): Promise<void> {
  const head = await store.head();
  await until(
    async () => {
      const { rows } = await postgres.query<{ n: bigint }>(
        `select count(*) as n from projection_checkpoints where nullif(position, '')::bigint >= $1::bigint and name = any($2)`,
        [head, OF_REQUESTS],
      );
      return Number(rows[0]?.n) === OF_REQUESTS.length;
    },
    { within: 1_200_000, what: 'the projections at the end of the log' },
  );
}

/** Milliseconds from an append to the moment when the slowest projection has it, looked at a few times a second. */
async function measureLag(store: EventStore, postgres: Postgres) {
  const stop = new AbortController();
  let index = 1_000_000;
  const load = (async () => {
    const begun = performance.now();
    for (let made = 0; !stop.signal.aborted;) {
      const due = ((performance.now() - begun) / 1_000) * LIVE_REQUESTS;
      const behind = Math.floor(due) - made;
      await Promise.all(Array.from({ length: behind }, () => appendRequest(store, index++)));
      made += behind;
      await clock.sleep(10);
    }
  })();
  const lags: number[] = [];
  const ends = performance.now() + LIVE_SECONDS * 1_000;
  while (performance.now() < ends) {
    const begun = performance.now();
    await waitForHead(store, postgres);
    lags.push(performance.now() - begun);
    await clock.sleep(100);
  }
  stop.abort();
  await load;
  lags.sort((a, b) => a - b);
  return { most: Math.round(lags.at(-1) ?? 0), median: Math.round(lags[Math.floor(lags.length / 2)] ?? 0) };
}
