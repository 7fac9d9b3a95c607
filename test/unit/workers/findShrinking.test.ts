// Which rating feeds must not take the place of the generation that serves.
import { expect } from 'chai';
import { type Catalog, type CatalogModel, EMPTY_CATALOG, type Rating } from '../../../src/domain/catalog.ts';
import { type Whole, findShrinking } from '../../../workers/rules/planGeneration.ts';

const feedOf = (count: number): Rating[] =>
  Array.from({ length: count }, (_, place) => ({ intelligence: 10 + place, coding: 20 + place }));
const ratedOf = (count: number) => new Map(feedOf(count).map((rating, place) => [`openrouter/a/${place}`, [rating]]));
const catalogOf = (models: number, measuredCount: number | undefined, source = 'openrouter'): Catalog => ({
  ...EMPTY_CATALOG,
  models: new Map(
    [...ratedOf(models)].map(([id, ratings]) => [
      id,
      { id, ratings, deprecation: undefined } as unknown as CatalogModel,
    ]),
  ),
  generation: {
    id: 'g',
    source,
    indexVersion: '1',
    asOf: '2026-11-01T00:00:00.000Z',
    scale: { intelligence: { low: 1, high: 2 }, coding: { low: 1, high: 2 } },
    ...(measuredCount === undefined ? {} : { measuredCount }),
  },
});
const told = (catalog: Catalog, count: number, rest: Partial<Whole> = {}) =>
  findShrinking({
    catalog,
    source: 'openrouter',
    feed: feedOf(count),
    rated: ratedOf(count),
    otherIsFresh: false,
    leastSharePercent: 80,
    acceptShrunk: false,
    ...rest,
  });

describe('a rating feed that has shrunk', () => {
  it('is told by what the last generation measured', () => {
    expect(told(catalogOf(10, 200), 160)).to.equal(undefined);
    expect(told(catalogOf(10, 200), 159)).to.match(/only 159 rows .* had 200; at least 160/);
    expect(told(catalogOf(10, 200), 159, { acceptShrunk: true })).to.equal(undefined);
  });

  it('is told by our own models where that was not counted', () => {
    expect(told(catalogOf(200, undefined), 6)).to.match(/only 6 rows .* had 200; at least 160/);
    expect(told(catalogOf(200, undefined), 160)).to.equal(undefined);
  });

  it('is compared with its own source only, and needs a scale of its own', () => {
    expect(told(catalogOf(200, 600, 'artificialanalysis'), 100)).to.equal(undefined);
    expect(told(catalogOf(200, 600, 'artificialanalysis'), 4)).to.match(/only 4 rows .* no scale/);
    expect(told(catalogOf(200, 600, 'artificialanalysis'), 4, { otherIsFresh: true })).to.equal(undefined);
    expect(told(EMPTY_CATALOG, 0)).to.equal(undefined);
  });

  it('is one that has lost an index', () => {
    const feed = feedOf(200).map(({ intelligence }) => ({ intelligence }));
    expect(told(catalogOf(200, 200), 200, { feed })).to.equal('no coding index is in it any more');
  });
});
