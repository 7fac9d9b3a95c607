// A database, a log, feeds on loopback and a clock that moves, for the specs of the jobs: call inside `describe`.
import { afterEach, beforeEach } from 'mocha';
import { ModelsFile } from '../../../src/config/schema.ts';
import { type Catalog } from '../../../src/domain/catalog.ts';
import { CATALOG_STREAM, type DomainEvent } from '../../../src/domain/events.ts';
import type { Prices } from '../../../src/domain/prices.ts';
import { foldCatalog } from '../../../src/domain/foldCatalog.ts';
import { createMemoryEventStore } from '../../../src/eventstore/memory.ts';
import type { JobName } from '../../../src/queue/jobs.ts';
import { JOBS } from '../../../src/queue/jobs.ts';
import { readCatalogEvents } from '../../../workers/applyPlan.ts';
import type { JobTools, Summary } from '../../../workers/job.ts';
import { runJob } from '../../../workers/runJob.ts';
import { appendDrafts } from '../../support/eventLog.ts';
import { type FeedServer, openFeedServer } from '../../support/feedServer.ts';
import { createJobTools, createMovedClock } from '../../support/jobs.ts';
import { createRecordingLogger } from '../../support/logger.ts';
import { openTestDatabase } from '../../support/postgres.ts';

export type Bench = {
  readonly tools: JobTools;
  readonly feeds: FeedServer;
  readonly clock: ReturnType<typeof createMovedClock>;
  readonly logger: ReturnType<typeof createRecordingLogger>;
  /** What `config/models.yaml` says in this test. */
  file: Record<string, unknown>;
  run(
    name: JobName,
    data?: Record<string, unknown>,
    options?: { dryRun?: boolean; signal?: AbortSignal },
  ): Promise<Summary>;
  catalog(): Promise<Catalog>;
  events(): Promise<readonly DomainEvent[]>;
  rows<Row extends object>(sql: string): Promise<Row[]>;
};

export function useJobs(): Bench {
  let open: { bench: Bench; close(): Promise<void> } | undefined;
  beforeEach(async function () {
    this.timeout(30_000);
    open = await openBench();
  });
  afterEach(async () => {
    await open?.close();
    open = undefined;
  });
  return new Proxy({} as Bench, {
    get: (_, key) => Reflect.get(open?.bench ?? {}, key) as unknown,
    set: (_, key, value) => Reflect.set(open?.bench ?? {}, key, value),
  });
}

async function openBench() {
  const database = await openTestDatabase();
  const feeds = await openFeedServer();
  const clock = createMovedClock(Date.UTC(2026, 10, 25, 8));
  const logger = createRecordingLogger();
  const store = createMemoryEventStore(() => clock.now());
  const { postgres } = database;
  const bench: Bench = {
    feeds,
    clock,
    logger,
    // Alerts are about models that are used.
    file: { models: [], sync: { pricing: { new_models: 'enabled' } } },
    tools: createJobTools({
      postgres,
      store,
      clock,
      logger,
      places: feeds.places,
      models: () => ModelsFile.parse(bench.file),
    }),
    run: (name, data = {}, { dryRun = false, signal = new AbortController().signal } = {}) =>
      runJob(bench.tools, {
        name,
        data: JOBS[name].parse({ trigger: 'test', ...data }),
        queueId: null,
        attempt: 1,
        signal,
        dryRun,
      }),
    catalog: async () => foldCatalog(await readCatalogEvents(bench.tools)),
    events: () => readCatalogEvents(bench.tools),
    rows: async <Row extends object>(sql: string) => (await postgres.query<Row>(sql)).rows,
  };
  return {
    bench,
    close: async () => {
      await feeds.close();
      await store.close();
      await database.close();
    },
  };
}

/** OpenAI's models of that name, as the file would have brought them. */
export async function registerModels(bench: Bench, names: readonly string[], prices: Prices | null): Promise<void> {
  await appendDrafts(
    bench.tools.store,
    CATALOG_STREAM,
    names.map((modelName) => ({
      type: 'ModelRegistered' as const,
      data: {
        modelId: `openai/${modelName}`,
        source: 'seed',
        at: '2026-11-01T00:00:00.000Z',
        by: 'test',
        provider: 'openai' as const,
        modelName,
        details: { enabled: true, tags: [], qualityWeight: 1, abilities: {}, openrouterId: `openai/${modelName}` },
        prices,
      },
    })),
  );
}
