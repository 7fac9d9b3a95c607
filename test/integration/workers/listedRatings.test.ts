// Ratings while there are no fresh ones from ArtificialAnalysis: those inside OpenRouter's list, as a generation of their own.
import { expect } from 'chai';
import { appendDrafts } from '../../support/eventLog.ts';
import { DEV_PATH, MODELS_PATH, RATINGS_PATH } from '../../support/feedServer.ts';
import { type RatedWish, modelsDevFeed, openRouterFeed, openRouterRow, ratingPages } from '../../support/feeds.ts';
import { useJobs } from './jobBench.ts';

const uuid = (digit: number) => `00000000-0000-4000-8000-${String(digit).padStart(12, '0')}`;
/** A whole feed: figures from 10 on, so that there is a scale. */
const rows = (count: number, factor = 1): RatedWish[] =>
  Array.from({ length: count }, (_, place) => ({
    id: uuid(place),
    slug: `model-${place}`,
    intelligence: (10 + place / 10) * factor,
    coding: (20 + place / 10) * factor,
    speed: 100,
    firstTokenSec: 1.5,
  }));

const rated = (count: number, from = 10) =>
  Array.from({ length: count }, (_, place) =>
    openRouterRow({
      id: `openai/${place === 0 ? 'one' : `model-${place}`}`,
      rest: {
        benchmarks: {
          artificial_analysis: { intelligence_index: from + place, coding_index: null, agentic_index: 0 },
        },
      },
    }),
  );

describe('ratings without fresh ones from ArtificialAnalysis', () => {
  const bench = useJobs();
  const serve = (pages: readonly unknown[]) =>
    bench.feeds.answers.set(RATINGS_PATH, (request) => {
      const page = Number(new URL(request.url ?? '', 'http://x').searchParams.get('page'));
      return { body: pages[page - 1] };
    });
  const register = (names: readonly string[]) =>
    appendDrafts(
      bench.tools.store,
      'catalog-main',
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
          prices: null,
        },
      })),
    );
  const map = (models: readonly { id: string; model: string; effort?: string }[], rest: object = {}) => {
    bench.file = { models: [], sync: { ratings: { models, ...rest } } };
  };
  const ratingsOf = async (name: string) => (await bench.catalog()).models.get(`openai/${name}`)?.ratings;

  it('takes those inside the list of OpenRouter, as a generation of their own', async () => {
    await register(['one']);
    bench.feeds.answers.set(MODELS_PATH, { body: openRouterFeed(rated(10)) });
    bench.feeds.answers.set(DEV_PATH, { body: modelsDevFeed({}) });
    await bench.run('syncPricing');
    const catalog = await bench.catalog();
    expect(catalog.generation).to.deep.include({ source: 'openrouter', indexVersion: 'unversioned' });
    expect(catalog.models.get('openai/one')?.ratings).to.deep.equal([{ intelligence: 10 }]);
    expect(catalog.models.get('openrouter/openai/model-3')?.ratings).to.deep.equal([{ intelligence: 13 }]);
  });

  it('keeps the generation when the list has lost most of its ratings or an index, and takes its prices all the same', async () => {
    bench.feeds.answers.set(MODELS_PATH, { body: openRouterFeed(rated(20)) });
    bench.feeds.answers.set(DEV_PATH, { body: modelsDevFeed({}) });
    await bench.run('syncPricing');
    const { generation } = await bench.catalog();
    for (const [measured, told] of [
      [15, /only 15 rows .* the last generation had 20; at least 16/],
      [2, /no intelligence index is in it any more/],
      [0, /no intelligence index is in it any more/],
    ] as const) {
      bench.clock.addHours(25);
      const list = rated(20).map((row, place) => (place < measured ? row : { ...row, benchmarks: null }));
      bench.feeds.answers.set(MODELS_PATH, { body: openRouterFeed([...list, { id: `a/new-${measured}` }]) });
      await bench.run('syncPricing');
      const catalog = await bench.catalog();
      expect(catalog.generation).to.deep.equal(generation);
      expect(catalog.models.get('openrouter/openai/model-19')?.ratings).to.deep.equal([{ intelligence: 29 }]);
      expect(catalog.models.has(`openrouter/a/new-${measured}`)).to.equal(true);
      const [alert] = await bench.rows<{ kind: string; subject: string; message: string }>(
        'select kind, subject, message from alerts order by id desc limit 1',
      );
      expect(alert).to.include({ kind: 'feed_refused', subject: 'openrouter ratings' });
      expect(alert?.message).to.match(told);
    }
  });

  it('leaves ArtificialAnalysis its place while it is fresh, and takes it over when it is not', async () => {
    await register(['one']);
    map([{ id: uuid(0), model: 'openai/one' }]);
    serve(ratingPages(rows(30)));
    await bench.run('syncRatings');
    bench.feeds.answers.set(MODELS_PATH, { body: openRouterFeed(rated(10)) });
    bench.feeds.answers.set(DEV_PATH, { body: modelsDevFeed({}) });
    bench.clock.addHours(24);
    await bench.run('syncPricing');
    expect((await bench.catalog()).generation?.source).to.equal('artificialanalysis');
    bench.clock.addHours(8 * 24);
    await bench.run('syncPricing');
    expect((await bench.catalog()).generation?.source).to.equal('openrouter');
    await bench.run('syncRatings');
    expect((await bench.catalog()).generation?.source).to.equal('artificialanalysis');
    expect(await ratingsOf('one')).to.have.length(1);
  });
});
