// What happens to a model a second time is told a second time, and what goes and comes back within a day once.
import { expect } from 'chai';
import { DEV_PATH, MODELS_PATH } from '../../support/feedServer.ts';
import { modelsDevFeed, openRouterFeed, openRouterRow } from '../../support/feeds.ts';
import { useJobs } from './jobBench.ts';

const snapshot = (slug: string) => openRouterRow({ id: 'a/b', rest: { canonical_slug: slug } });

describe('alerts of a model', () => {
  const bench = useJobs();
  const rest = Array.from({ length: 9 }, (_, place) => openRouterRow({ id: `a/rest-${place}` }));
  const read = async (hours: number, ...rows: Record<string, unknown>[]): Promise<void> => {
    bench.clock.addHours(hours);
    bench.feeds.answers.set(DEV_PATH, { body: modelsDevFeed({}) });
    bench.feeds.answers.set(MODELS_PATH, { body: openRouterFeed([...rest, ...rows]) });
    await bench.run('syncPricing');
  };
  const kinds = async () =>
    (await bench.rows<{ kind: string }>('select kind from alerts order by id')).map(({ kind }) => kind);

  it('that vanishes and returns twice are four', async () => {
    await read(0, snapshot('a/b-1'));
    for (let round = 0; round < 2; round += 1) {
      for (const hours of [2, 12, 13]) await read(hours);
      await read(2, snapshot('a/b-1'));
    }
    const once = ['models_vanished', 'models_returned'];
    expect(await kinds()).to.deep.equal([...once, ...once]);
  });

  it('that is replaced and back within a day are one, and one more the next day', async () => {
    await read(0, snapshot('a/b-1'));
    for (const slug of ['a/b-2', 'a/b-1', 'a/b-2']) await read(2, snapshot(slug));
    expect(await kinds()).to.deep.equal(['models_replaced']);
    await read(24, snapshot('a/b-1'));
    expect(await kinds()).to.deep.equal(['models_replaced', 'models_replaced']);
  });
});
