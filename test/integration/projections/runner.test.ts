import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { createApplier } from '../../../projections/applyBatch.ts';
import { CheckpointMovedError, openCheckpoint } from '../../../projections/checkpoint.ts';
import type { Projection } from '../../../projections/projection.ts';
import { lockNumber } from '../../../projections/projectionLock.ts';
import { rebuildProjection } from '../../../projections/rebuildProjection.ts';
import { PROJECTIONS } from '../../../projections/registry.ts';
import { requests } from '../../../projections/requests.ts';
import { routingLogs } from '../../../projections/routingLogs.ts';
import { runProjection } from '../../../projections/runner.ts';
import { formatUsd, parseUsd } from '../../../src/domain/money.ts';
import { type EventStore, type RecordedEvent, START } from '../../../src/eventstore/eventStore.ts';
import { openPostgresEventStore } from '../../../src/eventstore/postgres.ts';
import { createRandom, systemClock } from '../../../src/platform/clock.ts';
import type { Postgres } from '../../../src/platform/postgres.ts';
import { readProjectionLag } from '../../../src/readmodels/lag.ts';
import { readUsage } from '../../../src/readmodels/usage.ts';
import { appendDrafts, dumpTables } from '../../support/eventLog.ts';
import { createRecordingLogger } from '../../support/logger.ts';
import { openTestDatabase } from '../../support/postgres.ts';
import { ORG, attempted, completed, routed } from '../../support/requestEvents.ts';
import { until } from '../../support/until.ts';

const random = createRandom(systemClock);
const TABLES = PROJECTIONS.flatMap(({ tables }) => tables.map(({ name }) => name));

describe('projections on Postgres', function () {
  this.timeout(30_000);
  let database: Awaited<ReturnType<typeof openTestDatabase>>;
  let postgres: Postgres;
  let store: EventStore;
  let stop: AbortController;
  let running: Promise<void>[];
  const logger = createRecordingLogger();

  beforeEach(async () => {
    database = await openTestDatabase();
    ({ postgres } = database);
    store = openPostgresEventStore({ postgres, clock: systemClock, logger });
    stop = new AbortController();
    running = [];
    logger.lines.length = 0;
  });
  afterEach(async () => {
    stop.abort();
    await Promise.all(running);
    await store.close();
    await database.close();
  });

  const tools = (signal = stop.signal) => ({
    postgres,
    store,
    clock: systemClock,
    logger,
    signal,
    heartbeatMs: 50,
    retryMs: { least: 20, most: 100 },
  });
  const begin = (projection: Projection, signal = stop.signal) => {
    const run = runProjection(projection, tools(signal));
    running.push(run);
    return run;
  };
  const start = (projection: Projection): void => {
    running.push(runProjection(projection, tools()));
  };
  const count = async (table: string) =>
    Number((await postgres.query<{ n: bigint }>(`select count(*) as n from ${table}`)).rows[0]?.n);
  const appendRequest = async (fields: Parameters<typeof completed>[0] = {}) => {
    const requestId = random.uuid();
    await appendDrafts(store, `request-${requestId}`, [routed({ requestId })]);
    await appendDrafts(store, `request-${requestId}`, [attempted({ requestId }), completed({ requestId, ...fields })]);
    return requestId;
  };
  const caughtUp = (name: string) =>
    until(
      async () => {
        const head = await store.head();
        const { rows } = await postgres.query<{ position: string }>(
          'select position from projection_checkpoints where name = $1 and caught_up_at is not null',
          [name],
        );
        return rows[0]?.position === head;
      },
      { within: 10_000, what: `${name} at the end of the log` },
    );
  const readEvents = async (categories: readonly string[], wanted: number): Promise<RecordedEvent[]> => {
    const events: RecordedEvent[] = [];
    const enough = new AbortController();
    for await (const batch of store.subscribe(START, categories, enough.signal)) {
      events.push(...batch.events);
      if (events.length >= wanted) break;
    }
    return events;
  };

  it('has totals that equal the sum over the events to the pico-dollar', async () => {
    start(requests);
    let cost = 0n;
    let savings = 0n;
    for (let n = 1; n <= 40; n++) {
      const amounts = { costUsd: formatUsd(BigInt(n) * 333_333_333_337n), savingsUsd: formatUsd(BigInt(n * 7 - 100)) };
      cost += parseUsd(amounts.costUsd);
      savings += parseUsd(amounts.savingsUsd);
      await appendRequest(amounts);
    }
    await caughtUp('requests');
    const usage = await readUsage(postgres, {
      orgId: ORG,
      from: new Date('2026-11-20T00:00:00Z'),
      to: new Date('2026-11-21T00:00:00Z'),
    });
    expect(usage).to.include({ total_requests: 40, total_tokens: 40 * 38, errors: 0, unpriced_requests: 0 });
    expect(usage.total_cost_usd).to.equal(formatUsd(cost));
    expect(usage.total_savings_usd).to.equal(formatUsd(savings));
    const daily = await postgres.query<{ cost: string; requests: bigint }>(
      'select trim_scale(sum(cost_usd))::text as cost, sum(request_count) as requests from usage_daily',
    );
    expect(daily.rows[0]).to.deep.equal({ cost: formatUsd(cost), requests: 40n });
  });

  it('commits rows and checkpoint together or not at all', async () => {
    await appendRequest();
    const events = await readEvents(['request'], 3);
    await openCheckpoint(postgres, requests, '2026-11-20T00:00:00.000Z');
    const killed: Postgres = {
      ...postgres,
      transaction: (work) =>
        postgres.transaction(async (client) => {
          await work(client);
          throw new Error('Connection terminated unexpectedly');
        }),
    };
    const batch = { events, position: events.at(-1)?.position ?? '' };
    const before = await dumpTables(postgres, ['projection_checkpoints', ...TABLES]);
    const dying = createApplier(requests, { postgres: killed, clock: systemClock }, START);
    const error: unknown = await dying.apply(batch).catch((cause: unknown) => cause);
    expect(error).to.have.property('message', 'Connection terminated unexpectedly');
    expect(await dumpTables(postgres, ['projection_checkpoints', ...TABLES])).to.deep.equal(before);
    await createApplier(requests, { postgres, clock: systemClock }, START).apply(batch);
    expect(await count('requests')).to.equal(1);
    const { rows } = await postgres.query('select position from projection_checkpoints');
    expect(rows).to.deep.equal([{ position: batch.position }]);
  });

  it('refuses a writer whose checkpoint was moved by another, and leaves its rows out', async () => {
    await appendRequest();
    const events = await readEvents(['request'], 3);
    const batch = { events, position: events.at(-1)?.position ?? '' };
    await openCheckpoint(postgres, requests, '2026-11-20T00:00:00.000Z');
    const first = createApplier(requests, { postgres, clock: systemClock }, START);
    const second = createApplier(requests, { postgres, clock: systemClock }, START);
    await first.apply(batch);
    const error: unknown = await second.apply(batch).catch((cause: unknown) => cause);
    expect(error).to.be.instanceOf(CheckpointMovedError);
    const { rows } = await postgres.query('select request_count from usage_daily');
    expect(rows).to.deep.equal([{ request_count: 1 }]);
  });

  it('gives the same rows when it is rebuilt, also under a running copy', async () => {
    await appendDrafts(store, 'catalog-main', CATALOG);
    for (let n = 0; n < 5; n++) await appendRequest({ savingsUsd: null });
    await appendDrafts(store, `request-${random.uuid()}`, [routed({ requestId: random.uuid() })]);
    for (const projection of PROJECTIONS) start(projection);
    for (const { name } of PROJECTIONS) await caughtUp(name);
    const before = await dumpTables(postgres, TABLES);
    expect(before).to.satisfy((dump: Record<string, string[]>) => Object.values(dump).every((rows) => rows.length > 0));
    for (const projection of PROJECTIONS) await rebuildProjection(projection, tools());
    expect(await dumpTables(postgres, TABLES)).to.deep.equal(before);
    stop.abort();
    await Promise.all(running);
    for (const projection of PROJECTIONS) await rebuildProjection(projection, tools(new AbortController().signal));
    expect(await dumpTables(postgres, TABLES)).to.deep.equal(before);
  });

  it('starts again from nothing when a projection has a new version', async () => {
    await appendRequest();
    const first = new AbortController();
    const run = begin(requests, first.signal);
    await caughtUp('requests');
    first.abort();
    await run;
    await postgres.query(`update usage_daily set request_count = 99`);
    start({ ...requests, version: requests.version + 1 });
    await until(async () => (await postgres.query('select from usage_daily where request_count = 1')).rowCount === 1);
  });

  it('lets a second copy wait and take over when the first one ends', async () => {
    const first = new AbortController();
    const one = begin(requests, first.signal);
    await until(async () => (await lockHolders()) === 1);
    start(requests);
    await until(() => logger.lines.some(({ message }) => message.includes('waiting to take over')));
    await appendRequest();
    await caughtUp('requests');
    first.abort();
    await one;
    await appendRequest();
    await until(async () => (await count('requests')) === 2);
    const { rows } = await postgres.query('select request_count from usage_daily');
    await caughtUp('requests');
    expect((await postgres.query('select request_count from usage_daily')).rows).to.deep.equal([{ request_count: 2 }]);
    expect(rows).to.have.length(1);
  });

  it('goes on where it was when the connections to the database are cut', async () => {
    start(requests);
    await appendRequest();
    await caughtUp('requests');
    await postgres.query(
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    );
    await until(() => appendRequest().catch(() => undefined));
    await until(async () => (await count('requests')) >= 2 && (await count('requests')) === (await routedCount()));
    await caughtUp('requests');
    const { rows } = await postgres.query<{ n: bigint }>('select sum(request_count) as n from usage_daily');
    expect(Number(rows[0]?.n)).to.equal(await completedCount());
  });

  it('stops only the projection that cannot take an event, says where, and takes everything before it', async () => {
    const good = await appendRequest();
    const bad = random.uuid();
    const [badId] = await appendDrafts(store, `request-${bad}`, [routed({ requestId: bad })]);
    const later = await appendRequest();
    let mended = false;
    const picky: Projection = {
      ...requests,
      evolve(rows, event) {
        if (!mended && event.id === badId) throw new Error('cannot read this one');
        return requests.evolve(rows, event);
      },
    };
    start(picky);
    start(routingLogs);
    await until(async () => (await count('routing_logs')) === 3);
    const [lag] = await until(async () => {
      const found = (await readProjectionLag(postgres)).filter(({ failed }) => failed);
      return found.length > 0 && found;
    });
    expect(lag?.name).to.equal('requests');
    expect(lag?.failed?.eventId).to.equal(badId);
    expect(lag?.failed?.message).to.include('cannot read this one');
    const logged = logger.lines.find(({ level, fields }) => level === 'error' && fields['eventId'] === badId);
    expect(logged?.fields).to.include({ stream: `request-${bad}`, position: lag?.failed?.position });
    const idsNow = async () =>
      (await postgres.query<{ id: string }>('select id from requests')).rows.map(({ id }) => id);
    expect(await idsNow()).to.deep.equal([good]);
    mended = true;
    await caughtUp('requests');
    expect(await idsNow()).to.have.members([good, bad, later]);
    expect((await readProjectionLag(postgres)).every(({ failed }) => failed === null)).to.equal(true);
  });

  it('finds the one event whose rows the database refuses', async () => {
    const good = [await appendRequest(), await appendRequest()];
    const bad = random.uuid();
    const [badId] = await appendDrafts(store, `request-${bad}`, [routed({ requestId: bad, catalogVersion: 2 ** 40 })]);
    start(requests);
    const [lag] = await until(async () => {
      const found = (await readProjectionLag(postgres)).filter(({ failed }) => failed);
      return found.length > 0 && found;
    });
    expect(lag?.failed?.eventId).to.equal(badId);
    const { rows } = await postgres.query<{ id: string }>('select id from requests');
    expect(rows.map(({ id }) => id)).to.have.members(good);
  });

  const lockHolders = async () => {
    const lock = BigInt.asUintN(64, lockNumber('requests'));
    const { rowCount } = await postgres.query(
      `select from pg_locks l join pg_database d on d.oid = l.database and d.datname = current_database()
       where locktype = 'advisory' and classid::bigint = $1 and objid::bigint = $2 and granted`,
      [lock >> 32n, lock & 0xffffffffn],
    );
    return rowCount;
  };
  const eventCount = async (type: string) =>
    Number(
      (await postgres.query<{ n: bigint }>('select count(*) as n from eventlog.events where type = $1', [type])).rows[0]
        ?.n,
    );
  const routedCount = () => eventCount('RequestRouted');
  const completedCount = () => eventCount('RequestCompleted');
});

const about = { modelId: 'openai/gpt-a', source: 'seed', at: '2026-11-01T00:00:00.000Z', by: 'setup' };
const CATALOG = [
  {
    type: 'ModelRegistered' as const,
    data: {
      ...about,
      provider: 'openai' as const,
      modelName: 'gpt-a',
      details: { enabled: true, tags: ['coding'], qualityWeight: 1, abilities: {} },
      prices: { input: '0.0000000416666666666667', output: '0.0000006' },
    },
  },
  {
    type: 'RatingGenerationPublished' as const,
    data: {
      generation: { id: 'g1', source: 'feed', indexVersion: '4', asOf: '2026-11-01', scale: {} },
      at: about.at,
      by: 'sync',
    },
  },
  {
    type: 'ModelRatingChanged' as const,
    data: { ...about, generation: 'g1', ratings: [{ intelligence: 51.25, firstTokenMs: 300 }] },
  },
];
