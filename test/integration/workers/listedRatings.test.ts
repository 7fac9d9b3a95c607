// Ratings while there are no fresh ones from ArtificialAnalysis: those inside OpenRouter's list, as a generation of their own.
import { expect } from 'chai';
import { DEV_PATH, MODELS_PATH } from '../../support/feedServer.ts';
import { modelsDevFeed, openRouterFeed, openRouterRow, ratingPages } from '../../support/feeds.ts';
import { rows, useRatings, uuid } from './ratingBench.ts';

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
  const { bench, serve, register, map, ratingsOf } = useRatings();

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
