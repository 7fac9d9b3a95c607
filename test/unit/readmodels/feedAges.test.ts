// What has not been read for too long, and what is merely not there.
import { expect } from 'chai';
import { ModelsFile } from '../../../src/config/schema.ts';
import { findStale } from '../../../src/readmodels/feedAges.ts';

const { alerts } = ModelsFile.parse({ models: [] });
const NOW = Date.UTC(2026, 10, 25);
const ago = (hours: number) => NOW - hours * 3_600_000;
const age = (source: string, hours: number) => ({ source, takenAt: new Date(ago(hours)) });

describe('the age of feeds', () => {
  it('is told when no price feed was read within the limit, and one of them is enough', () => {
    expect(findStale([age('openrouter', 49), age('models_dev', 60)], undefined, alerts, NOW)).to.deep.equal([
      { what: 'prices', hours: 49, limit: 48 },
    ]);
    expect(findStale([age('openrouter', 47), age('models_dev', 90)], undefined, alerts, NOW)).to.deep.equal([]);
  });

  it('is that of the catalog before the first reading', () => {
    expect(findStale([], ago(2), alerts, NOW)).to.deep.equal([]);
    expect(findStale([], ago(48), alerts, NOW)).to.deep.equal([{ what: 'prices', hours: 48, limit: 48 }]);
    expect(findStale([], undefined, alerts, NOW)).to.deep.equal([]);
  });

  it('of ratings counts where there have been some', () => {
    expect(findStale([age('artificialanalysis', 337)], ago(1), alerts, NOW)).to.deep.equal([
      { what: 'ratings', hours: 337, limit: 336 },
    ]);
    expect(findStale([age('artificialanalysis', 337), age('openrouter', 1)], ago(999), alerts, NOW)).to.deep.equal([]);
  });
});
