// The projections as processes of their own, killed at random during live load and during a rebuild of everything.
import { type ChildProcess, spawn } from 'node:child_process';
import { PROJECTIONS } from '../../projections/registry.ts';
import { rebuildProjection } from '../../projections/rebuildProjection.ts';
import { openPostgresEventStore } from '../../src/eventstore/postgres.ts';
import { createRandom, systemClock as clock } from '../../src/platform/clock.ts';
import { appendDrafts, dumpTables } from './eventLog.ts';
import { silentLogger as logger } from './logger.ts';
import { openTestDatabase } from './postgres.ts';
import { attempted, completed, routed } from './requestEvents.ts';
import { catchUp } from './verifyWorld.ts';

const random = createRandom(clock);
const TABLES = PROJECTIONS.flatMap(({ tables }) => tables.map(({ name }) => name));

export type Killed = {
  readonly requests: number;
  readonly killed: number;
  readonly rebuilds: number;
  readonly rows: number;
  /** Tables whose rows are not those of a clean rebuild. */
  readonly differing: readonly string[];
};

export async function killProjections(kills: number): Promise<Killed> {
  const database = await openTestDatabase();
  const { postgres, connectionString } = database;
  const store = openPostgresEventStore({ postgres, clock, logger });
  const stop = new AbortController();
  let requests = 0;
  const load = (async () => {
    while (!stop.signal.aborted) {
      await appendRequest(store, requests++);
      await clock.sleep(5);
    }
  })();
  let killed = 0;
  let rebuilds = 0;
  try {
    while (killed < kills) {
      const running = start('projections/main.ts', [], connectionString);
      // Every other time somebody builds everything again beside it, and is killed in the middle of that.
      const rebuilding =
        killed % 2 === 1 ? start('projections/commands/rebuild.ts', ['all'], connectionString) : undefined;
      await clock.sleep(1_200 + random.unit() * 1_500);
      if (rebuilding) {
        await kill(rebuilding);
        rebuilds += 1;
      }
      await kill(running);
      killed += 1;
    }
    stop.abort();
    await load;
    await catchUp({ postgres, store });
    const before = await dumpTables(postgres, TABLES);
    for (const projection of PROJECTIONS)
      await rebuildProjection(projection, { postgres, store, clock, logger, signal: new AbortController().signal });
    const after = await dumpTables(postgres, TABLES);
    const differing = TABLES.filter((table) => JSON.stringify(before[table]) !== JSON.stringify(after[table]));
    const rows = Object.values(after).reduce((sum, lines) => sum + lines.length, 0);
    return { requests, killed, rebuilds, rows, differing };
  } finally {
    stop.abort();
    await load.catch(() => undefined);
    await store.close();
    await database.close();
  }
}

function start(file: string, words: readonly string[], databaseUrl: string): ChildProcess {
  return spawn(process.execPath, ['--import', 'tsx', file, ...words], {
    stdio: 'ignore',
    env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', DATABASE_URL: databaseUrl },
  });
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGKILL');
  await ended;
}

async function appendRequest(store: Parameters<typeof appendDrafts>[0], index: number): Promise<void> {
  const requestId = random.uuid();
  const stream = `request-${requestId}`;
  await appendDrafts(store, stream, [routed({ requestId })]);
  const costUsd = `0.00000${1 + (index % 9)}`;
  await appendDrafts(store, stream, [attempted({ requestId, costUsd }), completed({ requestId, costUsd })]);
}
