// The door to `pg`, on a real server.
import { expect } from 'chai';
import { isUnavailable, openPostgres, openSession } from '../../../src/platform/postgres.ts';
import { createRecordingLogger, silentLogger } from '../../support/logger.ts';
import { useDatabase } from '../../support/postgres.ts';
import { rejectionOf } from '../../support/rejectionOf.ts';
import { until } from '../../support/until.ts';

describe('openPostgres', () => {
  const database = useDatabase();

  /** Ends a connection as a server that goes down does. */
  const killBackend = async (pid: number): Promise<void> => {
    await database.postgres.query('select pg_terminate_backend($1)', [pid]);
  };
  const pidOf = async (
    client: typeof database.postgres | { query: typeof database.postgres.query },
  ): Promise<number> => {
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
    return rows[0]?.pid ?? 0;
  };

  it('reads int8 as bigint, numeric and date as text, timestamptz as Date and json as data', async () => {
    const { rows } = await database.postgres.query(`
      select 9007199254740993::int8 as big, array[1, null]::int8[] as bigs, 0.10::numeric as exact,
        date '2026-11-25' as day, timestamptz '2026-11-25 00:00Z' as at, '{"a":[1]}'::jsonb as data, 7::int4 as small`);
    expect(rows[0]).to.deep.equal({
      big: 9_007_199_254_740_993n,
      bigs: [1n, null],
      exact: '0.10',
      day: '2026-11-25',
      at: new Date(Date.UTC(2026, 10, 25)),
      data: { a: [1] },
      small: 7,
    });
  });

  it('tells how many rows a statement changed', async () => {
    await database.postgres.query('create table counted (n int)');
    const { rowCount } = await database.postgres.query('insert into counted select generate_series(1, 3)');
    expect(rowCount).to.equal(3);
  });

  it('commits a transaction whole or not at all', async () => {
    const { postgres } = database;
    await postgres.query('create table kept (n int primary key)');
    await postgres.transaction((client) => client.query('insert into kept values (1)'));
    const failure = await rejectionOf(
      postgres.transaction(async (client) => {
        await client.query('insert into kept values (2)');
        await client.query('insert into kept values (1)');
      }),
    );
    expect(failure).to.include({ code: '23505' });
    const { rows } = await postgres.query('select n from kept');
    expect(rows).to.deep.equal([{ n: 1 }]);
  });

  it('refuses to call a transaction done whose failed statement was passed over', async () => {
    const failure = await rejectionOf(
      database.postgres.transaction(async (client) => {
        await rejectionOf(client.query('select 1 / 0'));
      }),
    );
    expect(failure.message).to.contain('nothing was committed');
  });

  it('keeps its connection when the server refuses a statement', async () => {
    const postgres = openPostgres({
      connectionString: database.connectionString,
      applicationName: 'test-one',
      logger: silentLogger,
      max: 1,
    });
    const before = await pidOf(postgres);
    await rejectionOf(postgres.query('select 1 / 0'));
    await rejectionOf(postgres.transaction((client) => client.query('select 1 / 0')));
    expect(await pidOf(postgres)).to.equal(before);
    await postgres.close();
  });

  it('goes on after the server ended a connection inside a transaction, between its statements', async () => {
    const { postgres } = database;
    const failure = await rejectionOf(
      postgres.transaction(async (client) => {
        const pid = await pidOf(client);
        await killBackend(pid);
        await until(async () => {
          const { rowCount } = await postgres.query('select from pg_stat_activity where pid = $1', [pid]);
          return rowCount === 0;
        });
        await client.query('select 1');
      }),
    );
    expect(isUnavailable(failure), failure.message).to.equal(true);
    const { rows } = await postgres.query('select 1 as one');
    expect(rows).to.deep.equal([{ one: 1 }]);
  });

  it('goes on after the server ended an idle connection, and says so', async () => {
    const logger = createRecordingLogger();
    const postgres = openPostgres({
      connectionString: database.connectionString,
      applicationName: 'test-idle',
      logger,
      max: 1,
    });
    await killBackend(await pidOf(postgres));
    await until(() => logger.lines.some(({ message }) => message.includes('idle')), { what: 'the warning' });
    expect(await pidOf(postgres)).to.be.greaterThan(0);
    await postgres.close();
  });

  it('gives up a statement after its timeout, as refused and not as unavailable', async () => {
    const postgres = openPostgres({
      connectionString: database.connectionString,
      applicationName: 'test-slow',
      logger: silentLogger,
      statementTimeoutMs: 50,
    });
    const failure = await rejectionOf(postgres.query('select pg_sleep(30)'));
    expect(failure).to.include({ code: '57014' });
    expect(isUnavailable(failure)).to.equal(false);
    await postgres.close();
  });

  it('says unavailable when nobody listens there', async () => {
    const postgres = openPostgres({
      connectionString: 'postgres://omni:x@127.0.0.1:1/omni',
      applicationName: 'test-nobody',
      logger: silentLogger,
    });
    expect(isUnavailable(await rejectionOf(postgres.query('select 1')))).to.equal(true);
    await postgres.close();
  });

  it('lends a session that hears notifications and says when it is lost', async () => {
    const session = await openSession({
      connectionString: database.connectionString,
      applicationName: 'test-session',
    });
    const heard: string[] = [];
    session.onNotification((channel, payload) => heard.push(`${channel}: ${payload}`));
    await session.query('listen news');
    await database.postgres.query(`select pg_notify('news', 'one')`);
    await until(() => heard.length > 0, { what: 'the notification' });
    expect(heard).to.deep.equal(['news: one']);
    await killBackend(await pidOf(session));
    await until(() => session.lost.aborted, { what: 'the loss' });
  });

  it('gives a session lock back when its session ends', async () => {
    const options = { connectionString: database.connectionString, applicationName: 'test-lock' };
    const first = await openSession(options);
    const second = await openSession(options);
    const tryLock = async (session: typeof first): Promise<boolean | undefined> =>
      (await session.query<{ ok: boolean }>('select pg_try_advisory_lock(42) as ok')).rows[0]?.ok;
    expect(await tryLock(first)).to.equal(true);
    expect(await tryLock(second)).to.equal(false);
    await first.close();
    await until(async () => tryLock(second), { what: 'the lock' });
    await second.close();
  });
});
