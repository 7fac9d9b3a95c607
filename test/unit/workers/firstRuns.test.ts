// What a worker asks for when it starts.
import { expect } from 'chai';
import { loadEnv } from '../../../src/config/env.ts';
import { firstRuns } from '../../../workers/firstRuns.ts';

const NOW = Date.UTC(2026, 10, 25, 8, 30);
const age = (source: string, hours: number) => ({ source, takenAt: new Date(NOW - hours * 3_600_000) });
const namesOf = (...given: Parameters<typeof firstRuns>) => firstRuns(...given).map(({ name }) => name);

describe('the first runs of a worker', () => {
  const real = loadEnv({ OPENROUTER_API_KEY: 'k', ARTIFICIALANALYSIS_API_KEY: 'k' });

  it('are none where providers are simulated', () => {
    expect(firstRuns([], loadEnv({ ARTIFICIALANALYSIS_API_KEY: 'k' }), NOW)).to.deep.equal([]);
  });

  it('are those of feeds that were never read, or not for six hours, once an hour', () => {
    expect(firstRuns([], real, NOW)).to.deep.equal([
      { name: 'syncPricing', key: `syncPricing.start.${NOW / 3_600_000 - 0.5}` },
      { name: 'syncRatings', key: `syncRatings.start.${NOW / 3_600_000 - 0.5}` },
    ]);
    const fresh = [age('openrouter', 1), age('models_dev', 1), age('artificialanalysis', 5)];
    expect(namesOf(fresh, real, NOW)).to.deep.equal([]);
    expect(
      namesOf([age('openrouter', 1), age('models_dev', 7), age('artificialanalysis', 7)], real, NOW),
    ).to.deep.equal(['syncPricing', 'syncRatings']);
  });

  it('leave out ratings without a key', () => {
    expect(namesOf([], loadEnv({ OPENAI_API_KEY: 'k' }), NOW)).to.deep.equal(['syncPricing']);
  });
});
