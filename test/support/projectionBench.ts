// A database, an event log and running projections for one test at a time: call inside `describe`.
import { afterEach, beforeEach } from 'mocha';
import type { Projection } from '../../projections/projection.ts';
import { type RunnerTools, runProjection } from '../../projections/runner.ts';
import { type EventStore, type RecordedEvent, START } from '../../src/eventstore/eventStore.ts';
import { openPostgresEventStore } from '../../src/eventstore/postgres.ts';
import { createRandom, systemClock } from '../../src/platform/clock.ts';
import type { Postgres } from '../../src/platform/postgres.ts';
import { appendDrafts } from './eventLog.ts';
import { createRecordingLogger } from './logger.ts';
import { openTestDatabase } from './postgres.ts';
import { attempted, completed, routed } from './requestEvents.ts';
import { until } from './until.ts';

const random = createRandom(systemClock);
const logger = createRecordingLogger();

type Opened = {
  readonly postgres: Postgres;
  readonly connectionString: string;
  readonly store: EventStore;
  readonly stop: AbortController;
  readonly running: Promise<void>[];
  close(): Promise<void>;
};

async function openBench(): Promise<Opened> {
  const database = await openTestDatabase();
  const { postgres, connectionString } = database;
  const store = openPostgresEventStore({ postgres, clock: systemClock, logger });
  logger.lines.length = 0;
  return {
    postgres,
    connectionString,
    store,
    stop: new AbortController(),
    running: [],
    async close() {
      await store.close();
      await database.close();
    },
  };
}

export function useProjections() {
  let bench: Opened;
  beforeEach(async () => {
    bench = await openBench();
  });
  afterEach(async () => {
    bench.stop.abort();
    await Promise.all(bench.running);
    await bench.close();
  });

  const tools = (signal = bench.stop.signal): RunnerTools => ({
    postgres: bench.postgres,
    store: bench.store,
    clock: systemClock,
    logger,
    signal,
    heartbeatMs: 50,
    retryMs: { least: 20, most: 100 },
  });
  return {
    logger,
    get postgres() {
      return bench.postgres;
    },
    get connectionString() {
      return bench.connectionString;
    },
    get store() {
      return bench.store;
    },
    tools,
    /** Runs until the test ends. */
    start: (projection: Projection): void => {
      bench.running.push(runProjection(projection, tools()));
    },
    stopAll: async (): Promise<void> => {
      bench.stop.abort();
      await Promise.all(bench.running);
    },
    count: async (table: string): Promise<number> => {
      const { rows } = await bench.postgres.query<{ n: bigint }>(`select count(*) as n from ${table}`);
      return Number(rows[0]?.n);
    },
    /** A whole request in two appends, as a web process makes them. */
    appendRequest: async (fields: Parameters<typeof completed>[0] = {}): Promise<string> => {
      const requestId = random.uuid();
      const stream = `request-${requestId}`;
      await appendDrafts(bench.store, stream, [routed({ requestId })]);
      await appendDrafts(bench.store, stream, [attempted({ requestId }), completed({ requestId, ...fields })]);
      return requestId;
    },
    caughtUp: async (name: string): Promise<void> => {
      await until(
        async () => {
          const head = await bench.store.head();
          const { rows } = await bench.postgres.query<{ position: string }>(
            'select position from projection_checkpoints where name = $1 and caught_up_at is not null',
            [name],
          );
          return rows[0]?.position === (head ?? START);
        },
        { within: 10_000, what: `${name} at the end of the log` },
      );
    },
    readEvents: async (category: string, wanted: number): Promise<RecordedEvent[]> => {
      const events: RecordedEvent[] = [];
      for await (const batch of bench.store.subscribe(START, [category], new AbortController().signal)) {
        events.push(...batch.events);
        if (events.length >= wanted) break;
      }
      return events;
    },
  };
}
