// What has not been read for too long, and what is merely not there.
import { expect } from 'chai';
import { ModelsFile } from '../../../src/config/schema.ts';
import { type UsedFeed, findStale, usedFeeds } from '../../../src/readmodels/feedAges.ts';

const { alerts } = ModelsFile.parse({ models: [] });
const NOW = Date.UTC(2026, 10, 25);
const ago = (hours: number) => NOW - hours * 3_600_000;
const age = (source: string, hours: number) => ({ source, takenAt: new Date(ago(hours)) });
const LIST: UsedFeed = { source: 'openrouter', what: 'prices' };
const DEV: UsedFeed = { source: 'models_dev', what: 'prices' };
const RATINGS: UsedFeed = { source: 'artificialanalysis', what: 'ratings' };

describe('the age of feeds', () => {
  it('is told of each feed for itself, however fresh another one is', () => {
    const stale = (...ages: { source: string; takenAt: Date }[]) =>
      findStale(ages, [LIST, DEV, RATINGS], ago(1), alerts, NOW);
    expect(stale(age('openrouter', 1_440), age('models_dev', 1), age('artificialanalysis', 1))).to.deep.equal([
      { ...LIST, hours: 1_440, limit: 48 },
    ]);
    expect(stale(age('openrouter', 1), age('models_dev', 48), age('artificialanalysis', 337))).to.deep.equal([
      { ...DEV, hours: 48, limit: 48 },
      { ...RATINGS, hours: 337, limit: 336 },
    ]);
    expect(stale(age('openrouter', 47), age('models_dev', 47), age('artificialanalysis', 335))).to.deep.equal([]);
  });

  it('is that of the catalog before the first reading', () => {
    expect(findStale([], [LIST], ago(2), alerts, NOW)).to.deep.equal([]);
    expect(findStale([], [LIST], ago(48), alerts, NOW)).to.deep.equal([{ ...LIST, hours: 48, limit: 48 }]);
    expect(findStale([age('models_dev', 1)], [LIST], ago(48), alerts, NOW)).to.have.length(1);
    expect(findStale([], [LIST], undefined, alerts, NOW)).to.deep.equal([]);
  });

  it('counts for feeds that enabled models or a key ask for', () => {
    const direct = { provider: 'openai', syncSource: undefined, isListed: false };
    const routed = { provider: 'openrouter', syncSource: undefined, isListed: true };
    expect(usedFeeds([], false)).to.deep.equal([]);
    expect(usedFeeds([], true)).to.deep.equal([RATINGS]);
    expect(usedFeeds([direct], false)).to.deep.equal([DEV]);
    expect(usedFeeds([{ ...direct, isListed: true }], false)).to.deep.equal([LIST, DEV]);
    expect(usedFeeds([routed], false)).to.deep.equal([LIST]);
    expect(usedFeeds([{ ...routed, syncSource: 'none' }], false)).to.deep.equal([]);
    expect(usedFeeds([{ ...direct, syncSource: 'genai_prices' }], false)).to.deep.equal([]);
  });
});
