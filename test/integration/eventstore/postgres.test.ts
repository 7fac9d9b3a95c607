import { once } from 'node:events';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { checkChain } from '../../../src/eventstore/codec.ts';
import { START, StoreUnavailableError, type RecordedEvent } from '../../../src/eventstore/eventStore.ts';
import { openPostgresEventStore } from '../../../src/eventstore/postgres.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { openPostgres } from '../../../src/platform/postgres.ts';
import { silentLogger } from '../../support/logger.ts';
import { useDatabase } from '../../support/postgres.ts';
import { messageOf, sealAlerts } from '../../support/sealedEvents.ts';
import { until } from '../../support/until.ts';

const APPEND_LOCK = '7237954713931623';

describe('the event log in Postgres', () => {
  const database = useDatabase();
  const open = () => openPostgresEventStore({ postgres: database.postgres, clock: systemClock, logger: silentLogger });

  /** Ends the connections that run such a statement now. */
  const kill = async (statement: string) => {
    const { rowCount } = await database.postgres.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and pid <> pg_backend_pid() and query ilike $1`,
      [statement],
    );
    return rowCount > 0;
  };

  it('fails an append whose connection is killed, and takes its repeat once', async () => {
    const store = open();
    const events = sealAlerts(['one', 'two']);
    const blocker = await database.postgres.openSession();
    await blocker.query(`select pg_advisory_lock(${APPEND_LOCK})`);
    const appending = store.append('kill-1', events, 'none');
    const outcome = appending.then(
      () => undefined,
      (error: unknown) => error,
    );
    await until(() => kill('%append_fresh%'));
    expect(await outcome).to.be.instanceOf(StoreUnavailableError);
    await blocker.close();
    expect((await store.append('kill-1', events, 'none')).revision).to.equal(1n);
    expect((await store.append('kill-1', events, 'none')).revision).to.equal(1n);
    const stored: RecordedEvent[] = [];
    for await (const event of store.readStream('kill-1')) stored.push(event);
    expect(stored.map(messageOf)).to.deep.equal(['one', 'two']);
    expect(checkChain(stored)).to.deep.equal([]);
  });

  it('follows on without gap or repeat when the listening connection is killed', async () => {
    const store = open();
    const stop = new AbortController();
    const seen: string[] = [];
    const following = (async () => {
      for await (const { events } of store.subscribe(START, ['lost'], stop.signal)) seen.push(...events.map(messageOf));
    })();
    await store.append('lost-1', sealAlerts(['before']), 'none');
    await until(() => seen.length === 1);
    expect(await kill('listen %')).to.equal(true);
    await store.append('lost-2', sealAlerts(['after']), 'none');
    await until(() => seen.length === 2);
    stop.abort();
    await following;
    expect(seen).to.deep.equal(['before', 'after']);
  });

  it('never shows a reader a position with a smaller one still to come, however slowly a writer commits', async () => {
    const postgres = openPostgres({
      connectionString: database.connectionString,
      applicationName: 'other-process',
      logger: silentLogger,
    });
    const other = openPostgresEventStore({ postgres, clock: systemClock, logger: silentLogger, ownsPool: true });
    const store = open();
    const stop = new AbortController();
    const seen: string[] = [];
    const positions: bigint[] = [];
    const following = (async () => {
      for await (const { events } of store.subscribe(START, ['slow'], stop.signal)) {
        for (const event of events) {
          seen.push(messageOf(event));
          positions.push(BigInt(event.position));
        }
      }
    })();
    await Promise.all(
      [store, other].flatMap((writer, which) =>
        Array.from({ length: 10 }, async (_, index) => {
          for (let round = 0; round < 20; round++)
            await writer.append(`slow-${which}${index}`, sealAlerts([`${which}.${index}.${round}`]), 'any');
        }),
      ),
    );
    await until(() => seen.length >= 400);
    stop.abort();
    await following;
    await other.close();
    expect(new Set(seen).size).to.equal(400);
    expect(positions).to.deep.equal(positions.toSorted((a, b) => (a < b ? -1 : 1)));
  });

  it('answers that it is unavailable when the database is gone', async () => {
    const postgres = openPostgres({
      connectionString: 'postgres://nobody:x@127.0.0.1:1/none',
      applicationName: 'nowhere',
      logger: silentLogger,
    });
    const store = openPostgresEventStore({ postgres, clock: systemClock, logger: silentLogger, ownsPool: true });
    const outcomes = await Promise.allSettled([
      store.append('gone-1', sealAlerts(['x']), 'none'),
      store.head(),
      store.readStream('gone-1')[Symbol.asyncIterator]().next(),
    ]);
    await store.close();
    for (const outcome of outcomes)
      expect(outcome.status === 'rejected' && outcome.reason).to.be.instanceOf(StoreUnavailableError);
  });

  it('frees the lock of a writer that hangs in the middle of an append', async function () {
    this.timeout(20_000);
    const { postgres } = database;
    const released = new AbortController();
    let locked = false;
    const hanging = openPostgresEventStore({
      clock: systemClock,
      logger: silentLogger,
      postgres: {
        ...postgres,
        transaction: (work) =>
          postgres.transaction((client) =>
            work({
              async query(text, values) {
                if (locked && !released.signal.aborted) await once(released.signal, 'abort');
                const result = await client.query(text, values);
                locked ||= text.includes('pg_advisory_xact_lock');
                return result as never;
              },
            }),
          ),
      },
    });
    const lost = hanging.append('hung-1', sealAlerts(['x']), 'any').then(
      () => undefined,
      (error: unknown) => error,
    );
    await until(() => locked);
    expect((await open().append('free-1', sealAlerts(['x']), 'none')).revision).to.equal(0n);
    released.abort();
    expect(await lost).to.be.instanceOf(StoreUnavailableError);
  });
});
