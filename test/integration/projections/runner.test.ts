import { expect } from 'chai';
import { describe, it } from 'mocha';
import { PoisonError, createApplier } from '../../../projections/applyBatch.ts';
import { CheckpointMovedError, NewerVersionError, takeCheckpoint } from '../../../projections/checkpoint.ts';
import type { Projection } from '../../../projections/projection.ts';
import { lockNumber } from '../../../projections/projectionLock.ts';
import { requests } from '../../../projections/requests.ts';
import { routingLogs } from '../../../projections/routingLogs.ts';
import { runProjection } from '../../../projections/runner.ts';
import { createRandom, systemClock } from '../../../src/platform/clock.ts';
import { StoreUnavailableError } from '../../../src/eventstore/eventStore.ts';
import { type Postgres, openPostgres } from '../../../src/platform/postgres.ts';
import { readProjectionLag } from '../../../src/readmodels/lag.ts';
import { appendDrafts, dumpTables } from '../../support/eventLog.ts';
import { useProjections } from '../../support/projectionBench.ts';
import { rejectionOf } from '../../support/rejectionOf.ts';
import { routed } from '../../support/requestEvents.ts';
import { until } from '../../support/until.ts';

const random = createRandom(systemClock);
const clock = systemClock;
const NOW = '2026-11-20T00:00:00.000Z';
const WRITTEN = ['projection_checkpoints', ...requests.tables.map(({ name }) => name)];

describe('the runner of projections', function () {
  this.timeout(30_000);
  const bench = useProjections();
  const { start, count, appendRequest, caughtUp, logger } = bench;

  const readBatch = async () => {
    await appendRequest();
    const events = await bench.readEvents('request', 3);
    const checkpoint = await takeCheckpoint(bench.postgres, requests, NOW);
    return { events, position: events.at(-1)?.position ?? '', checkpoint };
  };
  const failure = () =>
    until(async () => {
      const lag = await readProjectionLag(bench.postgres);
      return lag.find(({ failed }) => failed !== null);
    });
  const requestIds = async () => {
    const { rows } = await bench.postgres.query<{ id: string }>('select id from requests');
    return rows.map(({ id }) => id);
  };
  const usageCount = async () => {
    const { rows } = await bench.postgres.query<{ n: bigint | null }>(
      'select sum(request_count) as n from usage_daily',
    );
    return Number(rows[0]?.n ?? 0);
  };
  const eventCount = async (type: string) => {
    const { rows } = await bench.postgres.query<{ n: bigint }>(
      'select count(*) as n from eventlog.events where type = $1',
      [type],
    );
    return Number(rows[0]?.n);
  };
  const isLocked = async () => {
    const lock = BigInt.asUintN(64, lockNumber('requests'));
    const { rowCount } = await bench.postgres.query(
      `select from pg_locks l join pg_database d on d.oid = l.database and d.datname = current_database()
       where locktype = 'advisory' and classid::bigint = $1 and objid::bigint = $2 and granted`,
      [lock >> 32n, lock & 0xffff_ffffn],
    );
    return rowCount === 1;
  };

  it('commits rows and checkpoint together or not at all', async () => {
    const { postgres } = bench;
    const batch = await readBatch();
    const killed: Postgres = {
      ...postgres,
      transaction: (work) =>
        postgres.transaction(async (client) => {
          await work(client);
          throw new Error('Connection terminated unexpectedly');
        }),
    };
    const before = await dumpTables(postgres, WRITTEN);
    const dying = createApplier(requests, { postgres: killed, clock }, batch.checkpoint);
    const error: unknown = await dying.apply(batch).catch((cause: unknown) => cause);
    expect(error).to.have.property('message', 'Connection terminated unexpectedly');
    expect(await dumpTables(postgres, WRITTEN)).to.deep.equal(before);
    await createApplier(requests, { postgres, clock }, batch.checkpoint).apply(batch);
    expect(await count('requests')).to.equal(1);
    const { rows } = await postgres.query('select position from projection_checkpoints');
    expect(rows).to.deep.equal([{ position: batch.position }]);
  });

  it('refuses a writer whose checkpoint was moved by another, and leaves its rows out', async () => {
    const { postgres } = bench;
    const batch = await readBatch();
    const first = createApplier(requests, { postgres, clock }, batch.checkpoint);
    const second = createApplier(requests, { postgres, clock }, batch.checkpoint);
    await first.apply(batch);
    const error: unknown = await second.apply(batch).catch((cause: unknown) => cause);
    expect(error).to.be.instanceOf(CheckpointMovedError);
    expect(await usageCount()).to.equal(1);
  });

  it('refuses a writer that was paused while another took over, although nothing has moved', async () => {
    const { postgres } = bench;
    const batch = await readBatch();
    const paused = createApplier(requests, { postgres, clock }, batch.checkpoint);
    const taken = await takeCheckpoint(postgres, requests, NOW);
    expect(taken.position).to.equal(batch.checkpoint.position);
    const error: unknown = await paused.apply(batch).catch((cause: unknown) => cause);
    expect(error).to.be.instanceOf(CheckpointMovedError);
    expect(await count('requests')).to.equal(0);
    await createApplier(requests, { postgres, clock }, taken).apply(batch);
    expect(await count('requests')).to.equal(1);
  });

  it('leaves rows alone that a newer release keeps', async () => {
    const newer = { ...requests, version: requests.version + 1 };
    const batch = await readBatch();
    await createApplier(requests, { postgres: bench.postgres, clock }, batch.checkpoint).apply(batch);
    await bench.postgres.query('update projection_checkpoints set version = $1', [newer.version]);
    const error: unknown = await takeCheckpoint(bench.postgres, requests, NOW).catch((cause: unknown) => cause);
    expect(error).to.be.instanceOf(NewerVersionError);
    expect(await count('requests')).to.equal(1);
  });

  it('counts as caught up at the end of the log, and before a newest event that is not its own, never by silence', async () => {
    const batch = await readBatch();
    const time = { ms: 0 };
    const applier = createApplier(
      requests,
      { postgres: bench.postgres, clock: { ...clock, monotonicMs: () => time.ms } },
      batch.checkpoint,
    );
    const isCaughtUp = async () =>
      (await bench.postgres.query('select from projection_checkpoints where caught_up_at is not null')).rowCount === 1;
    await applier.apply(batch);
    time.ms = 3_600_000;
    await applier.touch('elsewhere');
    await applier.touch('elsewhere', () => Promise.resolve(1));
    expect(await isCaughtUp()).to.equal(false);
    await applier.touch(batch.position);
    expect(await isCaughtUp()).to.equal(true);
    await bench.postgres.query('update projection_checkpoints set caught_up_at = null');
    await applier.touch('elsewhere', () => Promise.resolve(0));
    expect(await isCaughtUp()).to.equal(true);
  });

  it('tells how many events wait for it', async () => {
    const batch = await readBatch();
    await appendRequest();
    const { postgres, store } = bench;
    const applier = createApplier(requests, { postgres, clock }, batch.checkpoint);
    await applier.apply(batch);
    const waiting = (after: string) => store.countAfter?.(after, ['request'], 100) ?? Promise.resolve(0);
    await applier.touch(await store.head(), waiting);
    expect((await readProjectionLag(postgres))[0]?.events).to.equal(3);
    await applier.apply({ events: await bench.readEvents('request', 6).then((all) => all.slice(3)), position: '6' });
    await applier.touch('6', waiting);
    expect((await readProjectionLag(postgres))[0]?.events).to.equal(0);
  });

  it('lets a second copy wait and take over when the first one ends', async () => {
    const first = new AbortController();
    const one = runProjection(requests, bench.tools(first.signal));
    await until(isLocked);
    start(requests);
    await until(() => logger.lines.some(({ message }) => message.includes('waiting to take over')));
    await appendRequest();
    await caughtUp('requests');
    first.abort();
    await one;
    await appendRequest();
    await until(async () => (await count('requests')) === 2);
    await caughtUp('requests');
    expect(await usageCount()).to.equal(2);
  });

  it('goes on where it was when the connections to the database are cut', async () => {
    start(requests);
    await appendRequest();
    await caughtUp('requests');
    await bench.postgres.query(
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    );
    const before = await until(() => eventCount('RequestRouted').catch(() => undefined));
    await until(() => appendRequest().catch(() => undefined));
    expect(await eventCount('RequestRouted')).to.be.greaterThan(before);
    await until(async () => (await count('requests')) === (await eventCount('RequestRouted')));
    await caughtUp('requests');
    expect(await usageCount()).to.equal(await eventCount('RequestCompleted'));
  });

  it('waits for a log that is away, with a warning, and goes on when it is back', async () => {
    const away = { now: true, asked: 0 };
    const { store } = bench;
    const head = async () => {
      away.asked += 1;
      if (away.now) throw new StoreUnavailableError('away');
      return await store.head();
    };
    const stop = new AbortController();
    const running = runProjection(requests, { ...bench.tools(stop.signal), store: { ...store, head } });
    await until(() => away.asked > 2);
    const told = logger.lines.filter(({ message }) => message.startsWith('the event log is away'));
    expect(new Set(told.map(({ level }) => level))).to.deep.equal(new Set(['warn']));
    away.now = false;
    await appendRequest();
    await caughtUp('requests');
    stop.abort();
    await running;
    expect(await usageCount()).to.equal(1);
  });

  it('stops only the projection that cannot take an event, says where, and takes everything before it', async () => {
    const good = await appendRequest();
    const bad = random.uuid();
    const [badId] = await appendDrafts(bench.store, `request-${bad}`, [routed({ requestId: bad })]);
    const later = await appendRequest();
    const state = { mended: false };
    const picky: Projection = {
      ...requests,
      evolve(rows, event) {
        if (!state.mended && event.id === badId) throw new Error('cannot read this one');
        return requests.evolve(rows, event);
      },
    };
    start(picky);
    start(routingLogs);
    await until(async () => (await count('routing_logs')) === 3);
    const { name, failed } = await failure();
    expect(name).to.equal('requests');
    expect(failed?.eventId).to.equal(badId);
    expect(failed?.message).to.include('cannot read this one');
    const logged = logger.lines.find(({ level, fields }) => level === 'error' && fields['eventId'] === badId);
    expect(logged?.fields).to.include({ stream: `request-${bad}`, position: failed?.position });
    expect(await requestIds()).to.deep.equal([good]);
    state.mended = true;
    await caughtUp('requests');
    expect(await requestIds()).to.have.members([good, bad, later]);
    expect((await readProjectionLag(bench.postgres)).every((lag) => lag.failed === null)).to.equal(true);
  });

  it('stops at an event of a type that only a newer release knows, and takes everything before it', async () => {
    const good = await appendRequest();
    const later = random.uuid();
    const [badId] = await appendDrafts(bench.store, `request-${later}`, [routed({ requestId: later })]);
    await bench.postgres.query('update eventlog.events set type = $2 where id = $1', [badId, 'RequestPondered']);
    start(requests);
    start(routingLogs);
    const { failed } = await failure();
    expect(failed?.eventId).to.equal(badId);
    expect(failed?.message).to.include('unknown type RequestPondered');
    // Either of the two may have come to it first.
    await until(async () => (await requestIds()).length > 0);
    expect(await requestIds()).to.deep.equal([good]);
    const logged = logger.lines.find(({ level, fields }) => level === 'error' && fields['eventId'] === badId);
    expect(logged?.fields).to.include({ position: failed?.position });
  });

  it('does not blame an event for a table that somebody keeps locked', async () => {
    const batch = await readBatch();
    const hasty = openPostgres({
      connectionString: bench.connectionString,
      applicationName: 'hasty',
      statementTimeoutMs: 200,
      logger,
    });
    try {
      await bench.postgres.transaction(async (client) => {
        await client.query('lock table requests in access exclusive mode');
        const applier = createApplier(requests, { postgres: hasty, clock }, batch.checkpoint);
        const error = await rejectionOf(applier.apply(batch));
        expect(error).not.to.be.instanceOf(PoisonError);
        expect(error).to.have.property('code', '57014');
      });
      await createApplier(requests, { postgres: hasty, clock }, batch.checkpoint).apply(batch);
      expect(await count('requests')).to.equal(1);
    } finally {
      await hasty.close();
    }
  });

  it('finds the one event whose rows the database refuses', async () => {
    const good = [await appendRequest(), await appendRequest()];
    const bad = random.uuid();
    const event = routed({ requestId: bad, catalogVersion: 2 ** 40 });
    const [badId] = await appendDrafts(bench.store, `request-${bad}`, [event]);
    start(requests);
    expect((await failure()).failed?.eventId).to.equal(badId);
    expect(await requestIds()).to.have.members(good);
  });
});
