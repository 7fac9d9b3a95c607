// The rating sync against pages on loopback: one generation a version, joined by id, within its requests a day.
import { expect } from 'chai';
import { PermanentFailure } from '../../../src/queue/jobs.ts';
import { judgeQuality } from '../../../src/routing/quality.ts';
import { loadPolicyFile } from '../../../src/config/load.ts';
import { type FeedAnswer, RATINGS_PATH } from '../../support/feedServer.ts';
import { ratingPages } from '../../support/feeds.ts';
import { rejectionOf } from '../../support/rejectionOf.ts';
import { rows, useRatings, uuid } from './ratingBench.ts';

describe('the rating sync', () => {
  const { bench, serve, register, map, ratingsOf } = useRatings();

  it('reads all pages with the key, and publishes one generation with the scale of the whole feed', async () => {
    await register(['one', 'two']);
    map([
      { id: uuid(3), model: 'openai/one', effort: 'low' },
      { id: uuid(300), model: 'openai/one', effort: 'max' },
      { id: uuid(5), model: 'openai/two' },
      { id: uuid(999), model: 'openai/two', effort: 'high' },
    ]);
    serve(ratingPages(rows(401), 4.3));
    const summary = await bench.run('syncRatings');
    expect(summary).to.deep.include({
      rows: 401,
      index_version: '4.3',
      generation: 'new',
      matched: 2,
      unmatched: 398,
      mapped_but_missing: ['openai/two'],
    });
    expect(bench.feeds.asked.map(({ path, headers }) => [path, headers['x-api-key']])).to.deep.equal(
      [1, 2, 3].map((page) => [`${RATINGS_PATH}?page=${page}`, 'test-key']),
    );
    const { generation } = await bench.catalog();
    expect(generation).to.deep.include({ source: 'artificialanalysis', indexVersion: '4.3' });
    expect(generation?.scale.intelligence).to.deep.equal({ low: 14, high: 48 });
    expect(generation?.scale.agentic).to.equal(undefined);
    expect(await ratingsOf('one')).to.deep.equal([
      { effort: 'low', intelligence: 10.3, coding: 20.3, firstTokenMs: 1_500, tokensPerSecond: 100 },
      { effort: 'max', intelligence: 40, coding: 50, firstTokenMs: 1_500, tokensPerSecond: 100 },
    ]);
    const told = bench.logger.lines.find(({ message }) => message.includes('mapping does not have'));
    expect(told?.fields).to.deep.include({ count: 398 });
    expect(await bench.run('syncRatings')).to.deep.include({ events: 0, generation: 'the same' });
  });

  it('swaps the whole generation when the index is re-based, and nobody gets better or worse by it', async () => {
    await register(['one', 'two']);
    map([
      { id: uuid(100), model: 'openai/one' },
      { id: uuid(150), model: 'openai/two' },
    ]);
    serve(ratingPages(rows(200), 4.1));
    await bench.run('syncRatings');
    const policy = loadPolicyFile('config/routing.yaml');
    const qualities = async () => {
      const catalog = await bench.catalog();
      return [...catalog.models.values()].map(
        (model) => judgeQuality(model, 'coding', undefined, catalog.generation, policy).quality,
      );
    };
    const before = await qualities();
    bench.clock.addHours(24);
    // Everything is worth 60 % of what it was, and one model lost its rating.
    serve(ratingPages(rows(200, 0.6), 4.3));
    const events = (await bench.events()).length;
    expect(await bench.run('syncRatings')).to.deep.include({ generation: 'new', events: 3 });
    const types = (await bench.events()).slice(events).map(({ type }) => type);
    expect(types).to.deep.equal(['RatingGenerationPublished', 'ModelRatingChanged', 'ModelRatingChanged']);
    for (const [place, quality] of (await qualities()).entries())
      expect(quality).to.be.closeTo(before[place] ?? 0, 1e-3);
  });

  it('takes 0 as not measured, and keeps the last speed when one is not measured any more', async () => {
    await register(['one']);
    map([{ id: uuid(0), model: 'openai/one' }]);
    const feed = rows(30);
    serve(ratingPages(feed));
    await bench.run('syncRatings');
    serve(
      ratingPages([
        { ...feed[0], id: uuid(0), speed: 0, firstTokenSec: 0, coding: 0, intelligence: 11 },
        ...feed.slice(1),
      ]),
    );
    bench.clock.addHours(6);
    await bench.run('syncRatings');
    expect(await ratingsOf('one')).to.deep.equal([{ intelligence: 11, firstTokenMs: 1_500, tokensPerSecond: 100 }]);
  });

  it('stays within its requests of a day, and asks again when the day is over', async () => {
    await register(['one']);
    map([{ id: uuid(0), model: 'openai/one' }], { requests_per_day: 5 });
    serve(ratingPages(rows(401)));
    await bench.run('syncRatings');
    const error = await rejectionOf(bench.run('syncRatings'));
    expect(error).to.be.instanceOf(PermanentFailure);
    expect(error.message).to.match(/requests of this day are used up .*: until 2026-11-26T08:00/);
    expect(bench.feeds.asked).to.have.length(5);
    bench.clock.addHours(24);
    expect(await bench.run('syncRatings')).to.deep.include({ rows: 401 });
  });

  const blocked = async (headers: (now: number) => Record<string, string>) => {
    await register(['one']);
    map([{ id: uuid(0), model: 'openai/one' }]);
    const answer = { status: 429, headers: headers(bench.clock.at), body: { error: 'slow down' } };
    bench.feeds.answers.set(RATINGS_PATH, answer);
    const error = await rejectionOf(bench.run('syncRatings'));
    serve(ratingPages(rows(20)));
    return error;
  };

  for (const [what, headers, hours] of [
    ['in seconds', (now) => ({ 'x-ratelimit-reset': String(now / 1_000 + 7_200) }), 2],
    ['in milliseconds', (now) => ({ 'x-ratelimit-reset': String(now + 7_200_000) }), 2],
    ['as a wait', () => ({ 'retry-after': '7200' }), 2],
    ['for ever, which is a day', () => ({ 'x-ratelimit-reset': '4102444800' }), 24],
    ['for ever as a wait, too', () => ({ 'retry-after': '999999999' }), 24],
    ['in the past, which is an hour', (now) => ({ 'x-ratelimit-reset': String(now / 1_000 - 60) }), 1],
  ] as [string, (now: number) => Record<string, string>, number][]) {
    it(`asks nobody before the time that a 429 names ${what}, and tells so`, async () => {
      const error = await blocked(headers);
      const until = new Date(bench.clock.at + hours * 3_600_000).toISOString();
      expect(error.message).to.include(`answered 429: {"error":"slow down"}; it is not asked again before ${until}`);
      const alerts = await bench.rows<{ kind: string; message: string }>('select kind, message from alerts');
      expect(alerts.map(({ kind }) => kind)).to.deep.equal(['feed_blocked']);
      expect(alerts[0]?.message).to.include(until);
      bench.clock.addHours(hours - 0.5);
      await rejectionOf(bench.run('syncRatings'));
      expect(bench.feeds.asked).to.have.length(1);
      bench.clock.addHours(0.51);
      expect(await bench.run('syncRatings')).to.deep.include({ rows: 20 });
    });
  }

  it('asks in spite of a block for years that is left from before', async () => {
    await blocked(() => ({}));
    await bench.rows(`update feed_quotas set blocked_until = '2100-01-01'`);
    expect(await bench.run('syncRatings')).to.deep.include({ rows: 20 });
  });

  it('does nothing without a key', async () => {
    Object.assign(bench.tools, {
      places: { ...bench.tools.places, artificialAnalysis: { baseUrl: bench.feeds.url, apiKey: undefined } },
    });
    expect(await bench.run('syncRatings'))
      .to.have.property('skipped')
      .that.matches(/ARTIFICIALANALYSIS_API_KEY/);
    expect(bench.feeds.asked).to.deep.equal([]);
  });

  const pages = ratingPages(rows(512));
  /** A page on which that index has another name. */
  const without = (index: string, place: number): unknown =>
    JSON.parse(JSON.stringify(pages[place]).replaceAll(`artificial_analysis_${index}_index"`, `aa_${index}"`));
  const FAULTS: [what: string, answers: Readonly<Record<number, FeedAnswer>>, told: RegExp, permanent: boolean][] = [
    [
      '410',
      { 1: { status: 410, body: { error: 'This endpoint was retired on 2026-11-04.' } } },
      /answered 410.*retired.*newer release/,
      true,
    ],
    ['401', { 1: { status: 401, body: { error: 'API key is required' } } }, /answered 401: .*is its key right/, true],
    ['403', { 2: { status: 403, body: { error: 'pro only' } } }, /answered 403.*costs quota too/, true],
    ['500 on a later page', { 3: { status: 500, body: { error: 'oops' } } }, /answered 500/, false],
    ['half a page', { 2: { body: pages[1], cutAfter: 0.5 } }, /artificialanalysis: 127/, false],
    ['HTML', { 1: { body: '<html>' } }, /not JSON/, false],
    [
      '364 of 512 rows',
      { 2: { body: ratingPages(rows(364))[1] }, 1: { body: ratingPages(rows(364))[0] }, 3: { status: 404 } },
      /only 364 rows where the last reading had 512; at least 410/,
      false,
    ],
    [
      'another version on page 2',
      { 2: { body: { ...pages[1], intelligence_index_version: 4.4 } } },
      /re-based between two pages/,
      false,
    ],
    [
      'an index that is not in it any more',
      { 1: { body: without('coding', 0) }, 2: { body: without('coding', 1) }, 3: { body: without('coding', 2) } },
      /no coding index is in it any more \(if .* --accept-shrunk/,
      false,
    ],
    [
      'an index under another name',
      Object.fromEntries([0, 1, 2].map((place) => [place + 1, { body: without('intelligence', place) }])),
      /no intelligence index is in it any more/,
      false,
    ],
    [
      'far fewer rows that are measured',
      { 1: { body: without('intelligence', 0) } },
      /only 312 rows have an intelligence index where the last generation had 512; at least 410/,
      false,
    ],
    [
      'a renamed field',
      { 1: { body: { ...pages[0], data: undefined, models: pages[0]?.['data'] } } },
      /not a page of ratings: data/,
      false,
    ],
  ];
  for (const [what, answers, told, permanent] of FAULTS) {
    it(`changes nothing and says why: ${what}`, async () => {
      await register(['one']);
      map([{ id: uuid(0), model: 'openai/one' }]);
      serve(pages);
      await bench.run('syncRatings');
      const events = await bench.events();
      bench.clock.addHours(6);
      bench.feeds.answers.set(RATINGS_PATH, (request) => {
        const page = Number(new URL(request.url ?? '', 'http://x').searchParams.get('page'));
        const short = what.startsWith('364');
        return short && page <= 2 ? (answers[page] ?? {}) : (answers[page] ?? { body: pages[page - 1] });
      });
      const error = await rejectionOf(bench.run('syncRatings'));
      expect(error.message).to.match(told);
      expect(error instanceof PermanentFailure).to.equal(permanent);
      expect(await bench.events()).to.deep.equal(events);
      const alerts = await bench.rows<{ kind: string }>('select kind from alerts');
      // A feed that is merely away is told when it has been for too long.
      const isAway = /answered 500|127\.|re-based/.test(error.message);
      expect(alerts.map(({ kind }) => kind)).to.deep.equal(isAway ? [] : ['feed_refused']);
    });
  }

  it('takes a feed that a person says has become that short', async () => {
    await register(['one']);
    map([{ id: uuid(0), model: 'openai/one' }]);
    serve(pages);
    await bench.run('syncRatings');
    serve(ratingPages(rows(512).map((row) => ({ ...row, coding: null }))));
    expect(await bench.run('syncRatings', { acceptShrunk: true })).to.deep.include({ generation: 'new' });
    expect((await bench.catalog()).generation?.scale).to.have.keys(['intelligence']);
  });
});
