// Every query of docs/analytics.md, as it stands there, with the role that people get.
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { useRouter } from '../../support/router.ts';
import { fillWorld } from '../../support/verifyWorld.ts';

const DOCUMENT = readFileSync('docs/analytics.md', 'utf8');
const QUERIES = [...DOCUMENT.matchAll(/^```sql\n([\s\S]*?)^```/gm)].map(([, query = '']) => query);
/** What the first table of the page names: a read model each. */
const TABLES = [...DOCUMENT.slice(0, DOCUMENT.indexOf('```sql')).matchAll(/^\| (`[^|]*) \|/gm)].flatMap(
  ([, cell = '']) => [...cell.matchAll(/`(\w+)`/g)].map(([, name = '']) => name),
);
/** Those that have nothing to tell in the small world of this test. */
const MAY_BE_EMPTY = [/error_percent > 1/, /cost_%/];

describe('the queries of docs/analytics.md', function () {
  this.timeout(40_000);
  const router = useRouter();
  const asReader = async (query: string) => {
    const { rows: ids } = await router().postgres.query<{ id: string }>(
      'select id from requests where success limit 1',
    );
    return await router().postgres.transaction(async (client) => {
      await client.query('set local role omni_readonly');
      return await client.query(query.replaceAll("'…'", `'${ids[0]?.id}'`));
    });
  };
  before(() => fillWorld(router()));

  it('are ten at least', () => {
    expect(QUERIES.length).to.be.at.least(10);
  });

  for (const [index, query] of QUERIES.entries()) {
    it(`runs: number ${index + 1}, ${query.split('\n')[0]?.slice(0, 60)}…`, async () => {
      const { rows } = await asReader(query);
      if (!MAY_BE_EMPTY.some((pattern) => pattern.test(query))) expect(rows).to.not.be.empty;
    });
  }

  it('are about tables that the role may read, each of them', async () => {
    expect(TABLES).to.include.members(['requests', 'request_rerates', 'stream_heads', 'usage_hourly', 'model_share']);
    for (const table of TABLES) await asReader(`select * from ${table} limit 1`);
  });

  it('cannot read accounts, keys, kept bodies or the log with that role, nor change anything', async () => {
    for (const statement of [
      'select * from api_keys',
      'select * from users',
      'select * from kept_answers',
      'select * from captured_content',
      'select * from eventlog.events',
      'delete from requests',
    ]) {
      const error: unknown = await asReader(statement).catch((cause: unknown) => cause);
      expect(String(error), statement).to.include('permission denied');
    }
  });

  it('give sums that agree with each other', async () => {
    const { rows } = await router().postgres.query<{ a: string; b: string; c: string }>(
      `select (select sum(savings_usd) from daily_savings)::text as a, (select sum(savings_usd) from requests)::text as b,
         (select sum(request_percent)::numeric(10, 0) from model_share)::text as c`,
    );
    expect(rows[0]?.a).to.equal(rows[0]?.b);
    expect(Number(rows[0]?.c) % 100).to.equal(0);
  });
});
