import { expect } from 'chai';
import { describe, it } from 'mocha';
import { PoisonError } from '../../../projections/applyBatch.ts';
import { openPools } from '../../../projections/openTools.ts';
import { recountProjection } from '../../../projections/recount.ts';
import { PROJECTIONS, findProjections } from '../../../projections/registry.ts';
import { rebuildProjection } from '../../../projections/rebuildProjection.ts';
import { requests } from '../../../projections/requests.ts';
import { runProjection } from '../../../projections/runner.ts';
import { type Postgres, openPostgres } from '../../../src/platform/postgres.ts';
import { appendDrafts, dumpTables } from '../../support/eventLog.ts';
import { killProjections } from '../../support/killedProjections.ts';
import { useProjections } from '../../support/projectionBench.ts';
import { rejectionOf } from '../../support/rejectionOf.ts';
import { ORG, REQUEST, routed } from '../../support/requestEvents.ts';
import { until } from '../../support/until.ts';

const TABLES = PROJECTIONS.flatMap(({ tables }) => tables.map(({ name }) => name));
const about = { modelId: 'openai/gpt-a', source: 'seed', at: '2026-11-01T00:00:00.000Z', by: 'setup' };
const generation = { id: 'g1', source: 'feed', indexVersion: '4', asOf: '2026-11-01', scale: {} };
const names = (name: string) => findProjections(name).map((one) => one.name);
const CATALOG: Parameters<typeof appendDrafts>[2] = [
  {
    type: 'ModelRegistered',
    data: {
      ...about,
      provider: 'openai',
      modelName: 'gpt-a',
      details: { enabled: true, tags: ['coding'], qualityWeight: 1, abilities: {} },
      prices: { input: '0.0000000416666666666667', output: '0.0000006' },
    },
  },
  { type: 'RatingGenerationPublished', data: { generation, at: about.at, by: 'sync' } },
  {
    type: 'ModelRatingChanged',
    data: { ...about, generation: 'g1', ratings: [{ intelligence: 51.25, firstTokenMs: 300 }] },
  },
];

const FEEDBACK: Parameters<typeof appendDrafts>[2][number] = {
  type: 'FeedbackGiven',
  data: { requestId: REQUEST, orgId: ORG, at: about.at, score: 0.25, accepted: null, label: 'fine' },
};

const RERATE: Parameters<typeof appendDrafts>[2][number] = {
  type: 'RerateRequested',
  data: {
    at: about.at,
    by: 'test',
    from: '2026-11-20T00:00:00.000Z',
    to: '2026-11-21T00:00:00.000Z',
    catalogVersion: 0,
  },
};

/** A process that is killed after the copies are filled: what it was doing is rolled back. */
function dieAtExchange(postgres: Postgres): Postgres['transaction'] {
  return (work) =>
    postgres.transaction(async (client) => {
      const query: typeof client.query = (text, values) => {
        if (text.startsWith('drop table')) throw new Error('killed here');
        return client.query(text, values);
      };
      return await work({ query });
    });
}

const timeoutOf = async (pool: Postgres) =>
  (
    await pool.query<{ seconds: number }>(
      `select setting::integer / 1000 as seconds from pg_settings where name = 'statement_timeout'`,
    )
  ).rows[0]?.seconds;

describe('rebuilding projections', function () {
  this.timeout(30_000);
  const bench = useProjections();

  const rebuildAll = async (signal?: AbortSignal) => {
    for (const projection of PROJECTIONS) await rebuildProjection(projection, bench.tools(signal));
    return dumpTables(bench.postgres, TABLES);
  };

  it('takes as long as its tables are large, although the statements of batches may not', async () => {
    const hasty = openPostgres({
      connectionString: bench.connectionString,
      applicationName: 'hasty',
      statementTimeoutMs: 150,
      logger: bench.logger,
    });
    try {
      await bench.postgres.query(
        `create function slowly(id uuid) returns uuid immutable language plpgsql as 'begin perform pg_sleep(0.3); return id; end'`,
      );
      await bench.postgres.query('create index slow on requests (slowly(id))');
      await bench.appendRequest();
      const tools = { ...bench.tools(), postgres: hasty };
      expect(await rejectionOf(rebuildProjection(requests, tools))).to.have.property('code', '57014');
      await rebuildProjection(requests, { ...tools, patient: bench.postgres });
      expect(await bench.count('requests')).to.equal(1);
      const recount = await recountProjection(requests, { ...tools, patient: bench.postgres });
      expect(recount.problems).to.deep.equal([]);
    } finally {
      await hasty.close();
    }
  });

  it('has connections in production that wait for an index over a large table', async () => {
    const { postgres, patient } = openPools(bench.connectionString, bench.logger);
    expect(await timeoutOf(postgres)).to.equal(30);
    expect(await timeoutOf(patient)).to.be.at.least(6 * 3_600);
    await Promise.all([postgres.close(), patient.close()]);
  });

  it('gives the same rows again, under a running copy and without one', async () => {
    await appendDrafts(bench.store, 'catalog-main', CATALOG);
    for (let n = 0; n < 5; n++) await bench.appendRequest({ savingsUsd: n === 0 ? null : '-0.000001' });
    await appendDrafts(bench.store, `request-${REQUEST}`, [routed()]);
    await appendDrafts(bench.store, `feedback-${REQUEST}`, [FEEDBACK]);
    await appendDrafts(bench.store, 'admin-main', [RERATE]);
    for (const projection of PROJECTIONS) bench.start(projection);
    for (const { name } of PROJECTIONS) await bench.caughtUp(name);
    const before = await dumpTables(bench.postgres, TABLES);
    // Nobody has replaced the end of a stream here.
    const { stream_conflicts: conflicts, ...filled } = before;
    expect(conflicts).to.deep.equal([]);
    for (const [table, rows] of Object.entries(filled)) expect(rows, table).not.to.have.length(0);
    expect(await rebuildAll()).to.deep.equal(before);
    await bench.stopAll();
    expect(await rebuildAll(new AbortController().signal)).to.deep.equal(before);
  });

  it('mends rows that were damaged', async () => {
    await bench.appendRequest();
    bench.start(requests);
    await bench.caughtUp('requests');
    const before = await dumpTables(bench.postgres, TABLES);
    await bench.postgres.query('update usage_daily set cost_usd = 99');
    await bench.postgres.query('delete from requests');
    await rebuildProjection(requests, bench.tools());
    expect(await dumpTables(bench.postgres, TABLES)).to.deep.equal(before);
  });

  it('leaves the live tables as they are when an event cannot be projected, and says which', async () => {
    await bench.appendRequest();
    bench.start(requests);
    await bench.caughtUp('requests');
    const before = await dumpTables(bench.postgres, TABLES);
    const broken = {
      ...requests,
      evolve: () => {
        throw new Error('cannot read this one');
      },
    };
    const error: unknown = await rebuildProjection(broken, bench.tools()).catch((cause: unknown) => cause);
    expect(error).to.be.instanceOf(PoisonError);
    expect(String(error)).to.include('cannot read this one');
    expect(await dumpTables(bench.postgres, TABLES)).to.deep.equal(before);
  });

  it('builds rows of an older version again beside the live ones, which stay readable', async () => {
    await bench.appendRequest();
    const first = new AbortController();
    const run = runProjection(requests, bench.tools(first.signal));
    await bench.caughtUp('requests');
    first.abort();
    await run;
    await bench.postgres.query('update usage_daily set request_count = 99');
    const reading = new AbortController();
    const seen = new Set<number>();
    const read = (async () => {
      while (!reading.signal.aborted) {
        const { rows } = await bench.postgres.query<{ n: number }>('select request_count as n from usage_daily');
        seen.add(rows[0]?.n ?? 0);
      }
    })();
    bench.start({ ...requests, version: requests.version + 1 });
    await until(
      async () => (await bench.postgres.query('select from usage_daily where request_count = 1')).rowCount === 1,
    );
    reading.abort();
    await read;
    expect([...seen].filter((n) => n !== 99 && n !== 1)).to.deep.equal([]);
  });

  it('builds the rows again when the log is in another kind of place than it was', async () => {
    await bench.appendRequest();
    await bench.postgres.query(
      `insert into projection_checkpoints (name, version, position, updated_at) values ('requests', $1, '99999999/99999999', now())`,
      [requests.version],
    );
    bench.start(requests);
    await bench.caughtUp('requests');
    expect(await bench.count('requests')).to.equal(1);
  });

  it('goes on where a killed rebuild was, and keeps names, views and rights', async () => {
    for (let n = 0; n < 3; n++) await bench.appendRequest();
    bench.start(requests);
    await bench.caughtUp('requests');
    const { postgres } = bench;
    const describe = async () => {
      const { rows } = await postgres.query(
        `select indexdef as line from pg_indexes where schemaname = 'public' and tablename = any($1)
         union all select conname || pg_get_constraintdef(oid) from pg_constraint where conrelid = any($1::regclass[])
         union all select pg_get_viewdef('request_outcomes'::regclass)
         union all select relname || relacl::text from pg_class where oid = any($1::regclass[]) or oid = 'request_outcomes'::regclass
         order by 1`,
        [requests.tables.map(({ name }) => name)],
      );
      return rows;
    };
    await postgres.query('grant select on requests, request_outcomes to public');
    const before = await dumpTables(postgres, TABLES);
    const schema = await describe();
    const dying = { ...bench.tools(), postgres: { ...postgres, transaction: dieAtExchange(postgres) } };
    const error: unknown = await rebuildProjection(requests, dying).catch((cause: unknown) => cause);
    expect(String(error)).to.include('killed here');
    expect(await dumpTables(postgres, TABLES)).to.deep.equal(before);
    let events = 0;
    await rebuildProjection(requests, bench.tools(), (progress) => {
      ({ events } = progress);
    });
    expect(events).to.equal(0);
    expect(await dumpTables(postgres, TABLES)).to.deep.equal(before);
    expect(await describe()).to.deep.equal(schema);
    expect((await postgres.query(`select from pg_namespace where nspname like 'rebuild%'`)).rowCount).to.equal(0);
    await bench.appendRequest();
    await bench.caughtUp('requests');
    expect(await bench.count('requests')).to.equal(4);
  });

  it('waits for a long query without making others wait behind it', async () => {
    await bench.appendRequest();
    bench.start(requests);
    await bench.caughtUp('requests');
    const { postgres, logger } = bench;
    const reader = await postgres.openSession();
    await reader.query('begin');
    await reader.query('select * from requests');
    const rebuilding = rebuildProjection(requests, bench.tools());
    await until(() => logger.lines.some(({ message }) => message.includes('the exchange waits')));
    // Between two tries nobody stands in the way.
    const begun = performance.now();
    await postgres.query('select * from requests');
    expect(performance.now() - begun).to.be.below(3_000);
    await reader.query('commit');
    await reader.close();
    await rebuilding;
    expect(await bench.count('requests')).to.equal(1);
  });

  it('ends in the rows of a clean rebuild when its process is killed again and again under load', async function () {
    this.timeout(90_000);
    const { requests: asked, rows, differing } = await killProjections(3);
    expect(differing).to.deep.equal([]);
    expect(asked).to.be.greaterThan(50);
    expect(rows).to.be.greaterThan(asked * 4);
  });

  it('finds a projection by its name, by a table of its own, or all of them', () => {
    expect(names('requests')).to.deep.equal(['requests']);
    expect(names('usage_daily')).to.deep.equal(['requests']);
    expect(names('modelChanges')).to.deep.equal(['models']);
    expect(names('all')).to.deep.equal(PROJECTIONS.map((one) => one.name).filter((one) => one !== 'streamHeads'));
    expect(names('stream_heads')).to.deep.equal(['streamHeads']);
    expect(names('nothing')).to.deep.equal([]);
  });
});
