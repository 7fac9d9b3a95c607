// The daily check of prices against another source, line by line.
import { expect } from 'chai';
import { type CatalogModel, EMPTY_CATALOG } from '../../../src/domain/catalog.ts';
import type { Prices } from '../../../src/domain/prices.ts';
import { validatePrices, validationAlerts } from '../../../workers/rules/validatePrices.ts';
import { perToken } from '../../support/feeds.ts';
import { DEFAULTS } from './feedWorld.ts';

const ID = 'openai/one';
const plain: Prices = { input: perToken(1), output: perToken(4) };
const check = (ours: Prices, theirs: Prices) => {
  const details = { enabled: true, tags: [], qualityWeight: 1, abilities: {} };
  const model = { id: ID, details, prices: ours, deprecation: undefined } as unknown as CatalogModel;
  const catalog = { ...EMPTY_CATALOG, models: new Map([[ID, model]]) };
  const opinions = [{ source: 'models_dev', prices: theirs }];
  const rows = validatePrices(catalog, () => opinions, DEFAULTS.sync.validation, 0);
  return { rows, alert: validationAlerts(rows)[0]?.message };
};
const verdictOf = (ours: Prices, theirs: Prices) =>
  check(ours, theirs).rows.map(({ verdict, line }) => [verdict, line]);

describe('the daily check of a price', () => {
  it('compares every line that both have', () => {
    for (const line of [
      'cachedInput',
      'cacheWrite5m',
      'cacheWrite1h',
      'reasoning',
      'image',
      'webSearch',
      'request',
    ] as const) {
      const [ours, theirs] = [
        { ...plain, [line]: perToken(1) },
        { ...plain, [line]: perToken(3) },
      ];
      expect(verdictOf(ours, theirs), line).to.deep.equal([['differs', line]]);
      expect(verdictOf(ours, ours)[0]?.[0], line).to.equal('agrees');
      expect(verdictOf(ours, plain)[0]?.[0], line).to.equal('agrees');
    }
  });

  it('compares tiers that both have, from wherever they begin', () => {
    const tier = (minPromptTokens: number, input: number): Prices => ({
      ...plain,
      overrides: [{ minPromptTokens, input: perToken(input) }],
    });
    expect(verdictOf(tier(200_000, 2), tier(200_000, 3))).to.deep.equal([['differs', 'input above 200000 tokens']]);
    expect(verdictOf(tier(272_000, 2), tier(271_999, 2))[0]?.[0]).to.equal('agrees');
    expect(verdictOf(tier(200_000, 2), plain)[0]?.[0]).to.equal('agrees');
  });

  it('says which line differs', () => {
    const { alert } = check({ ...plain, cachedInput: perToken(0.1) }, { ...plain, cachedInput: perToken(0.5) });
    expect(alert).to.include(`${ID}: cachedInput 0.1 here, cachedInput 0.5 at models_dev (-80 %)`);
    expect(check({ ...plain, webSearch: '0.01' }, { ...plain, webSearch: '0.03' }).alert).to.include(
      'webSearch 0.01 each here',
    );
    expect(check(plain, { ...plain, input: perToken(2) }).alert).to.include('1 / 4 here, 2 / 4 at models_dev (-50 %)');
  });

  it('is unverified where the other one does not know input and output', () => {
    expect(verdictOf(plain, { input: perToken(1) })).to.deep.equal([['unverified', null]]);
  });
});
