// What a feed that breaks, shrinks, changes its shape or is away cannot do: the catalog stays, and the report says why.
import { expect } from 'chai';
import { PermanentFailure } from '../../../src/queue/jobs.ts';
import { rejectionOf } from '../../support/rejectionOf.ts';
import { DEV_PATH, type FeedAnswer, MODELS_PATH } from '../../support/feedServer.ts';
import { type RowWish, modelsDevFeed, openRouterFeed, openRouterRow, perToken } from '../../support/feeds.ts';
import { useJobs } from './jobBench.ts';

const many = (count: number): RowWish[] =>
  Array.from({ length: count }, (_, place) => ({ id: `maker/model-${place}` }));

describe('the pricing sync with a feed that must not be believed', () => {
  const bench = useJobs();
  const list = (rows: readonly (RowWish | Record<string, unknown>)[]) =>
    bench.feeds.answers.set(MODELS_PATH, { body: openRouterFeed(rows) });
  const dev = (models: Parameters<typeof modelsDevFeed>[0] = {}) =>
    bench.feeds.answers.set(DEV_PATH, { body: modelsDevFeed(models) });
  const priceOf = async (id: string) => (await bench.catalog()).models.get(id)?.prices?.input;

  const before = async () => {
    list(many(20));
    dev();
    await bench.run('syncPricing');
    bench.clock.addHours(2);
  };
  const renamed = {
    data: many(20).map((row) => {
      const { pricing, ...rest } = openRouterRow(row);
      return { ...rest, prices: pricing };
    }),
  };
  const FAULTS: [what: string, answer: FeedAnswer, told: RegExp, permanent: boolean][] = [
    [
      '401',
      { status: 401, body: { error: { code: 401, message: 'No auth' } } },
      /answered 401.*is its key right/,
      true,
    ],
    ['403', { status: 403, body: { error: 'forbidden' } }, /answered 403/, true],
    ['410', { status: 410, body: { error: 'retired' } }, /answered 410.*retired/, true],
    ['429', { status: 429, headers: { 'retry-after': '40' }, body: {} }, /answered 429/, true],
    ['500', { status: 500, body: 'oh' }, /answered 500: oh/, false],
    ['half a body', { body: openRouterFeed(many(20)), cutAfter: 0.5 }, /openrouter: 127\.0\.0\.1/, false],
    [
      'HTML',
      { body: '<!DOCTYPE html><html>', headers: { 'content-type': 'text/html' } },
      /not JSON, it begins with "<!DOCTYPE/,
      false,
    ],
    ['an empty list', { body: { data: [] } }, /not a list of models: data/, false],
    [
      'too few rows',
      { body: openRouterFeed(many(15)) },
      /only 15 rows where the last reading had 20; at least 16/,
      false,
    ],
    ['a renamed field', { body: renamed }, /20 of 20 rows are not readable \(maker\/model-0: pricing/, false],
    [
      'an error in a 200',
      { body: { error: { code: 502, message: 'Provider returned error' } } },
      /not a list of models/,
      false,
    ],
  ];
  for (const [what, answer, told, permanent] of FAULTS) {
    it(`changes nothing and says why: ${what}`, async () => {
      await before();
      const events = await bench.events();
      bench.feeds.answers.set(MODELS_PATH, answer);
      const error = await rejectionOf(bench.run('syncPricing'));
      expect(error.message).to.match(told);
      expect(error instanceof PermanentFailure).to.equal(permanent);
      expect(await bench.events()).to.deep.equal(events);
      const [run] = await bench.rows<{ status: string; error: string }>(
        'select status, error from job_runs order by started_at desc limit 1',
      );
      expect(run?.status).to.equal('failed');
      expect(run?.error).to.match(told);
      const [reading] = await bench.rows<{ state: string; reason: string }>(
        `select state, reason from feed_readings where source = 'openrouter' order by fetched_at desc limit 1`,
      );
      expect(reading?.state).to.equal('refused');
      expect(reading?.reason).to.match(told);
      const alerts = await bench.rows<{ kind: string }>('select kind from alerts');
      const isAway = /answered (429|500)|127\./.test(error.message);
      expect(alerts.map(({ kind }) => kind)).to.deep.equal(isAway ? [] : ['feed_refused']);
      // The next good reading is compared with the last good one.
      list(many(20));
      bench.clock.addHours(2);
      expect(await bench.run('syncPricing')).to.deep.include({ accepted: 0, held: 0, ignored: 0 });
    });
  }

  it('gives up a feed that does not answer in time', async () => {
    await before();
    Object.assign(bench.tools, { feedTimeoutMs: 200 });
    bench.feeds.answers.set(MODELS_PATH, { mute: true });
    const error = await rejectionOf(bench.run('syncPricing'));
    expect(error.message).to.match(/openrouter: 127\.0\.0\.1:\d+: no whole answer within 0\.2 s/);
    expect(error).to.not.be.instanceOf(PermanentFailure);
  });

  it('takes a list that a person says is that short', async () => {
    await before();
    list(many(15));
    expect(await bench.run('syncPricing', { acceptShrunk: true })).to.deep.include({ held: 5 });
  });

  it('leaves single rows out: a price as a number, two rows of one id', async () => {
    await before();
    const odd = openRouterRow({ id: 'maker/model-0', input: 2 });
    const numbered = { ...odd, pricing: { prompt: 0.000_002, completion: 0.000_004 } };
    const twice = [
      openRouterRow({ id: 'maker/model-1', input: 1.1 }),
      openRouterRow({ id: 'maker/model-1', input: 1.2 }),
    ];
    list([numbered, ...twice, ...many(20).slice(2)]);
    await bench.run('syncPricing');
    expect(await priceOf('openrouter/maker/model-0')).to.equal(perToken(1));
    expect(await priceOf('openrouter/maker/model-1')).to.equal(perToken(1));
    const [alert] = await bench.rows<{ message: string }>(`select message from alerts where kind = 'rows_unreadable'`);
    expect(alert?.message).to.include('maker/model-0: pricing.prompt: a price as a decimal text');
    expect(alert?.message).to.include('maker/model-1: two different rows of this id');
    // Not seen is not missing.
    expect(await bench.rows('select from feed_sightings')).to.deep.equal([]);
  });

  it('still takes the other feed, and reports both', async () => {
    await before();
    bench.feeds.answers.set(DEV_PATH, { status: 503, body: 'busy' });
    list([{ id: 'maker/model-0', input: 1.1 }, ...many(20).slice(1)]);
    const error = await rejectionOf(bench.run('syncPricing'));
    expect(error.message).to.match(/models_dev: answered 503: busy/);
    expect(await priceOf('openrouter/maker/model-0')).to.equal(perToken(1.1));
    const [run] = await bench.rows<{ summary: { accepted: number } }>(
      'select summary from job_runs order by started_at desc limit 1',
    );
    expect(run?.summary.accepted).to.equal(1);
  });
});
