// What a call costs: every class at its own price, and an unknown price makes the whole cost unknown. Figures are computed by hand.
import { expect } from 'chai';
import type { Prices } from '../../../src/domain/prices.ts';
import { NO_USAGE, type Usage, costOf, costUsd, promptTokens, totalTokens } from '../../../src/domain/usage.ts';

const AT = Date.UTC(2026, 10, 25, 12);
const PRICES: Prices = {
  input: '0.0000001',
  output: '0.0000005',
  cachedInput: '0.00000001',
  cacheWrite5m: '0.000000125',
  cacheWrite1h: '0.0000002',
  overrides: [{ minPromptTokens: 100_000, input: '0.0000005', output: '0.0000025' }],
};
const usage = (counts: Partial<Usage>): Usage => ({ ...NO_USAGE, ...counts });
const usd = (counts: Partial<Usage>, prices: Prices | undefined) => costUsd(costOf(usage(counts), prices, AT));
const FULL = usage({
  input: 1200,
  cachedInput: 30_000,
  cacheWrite5m: 4000,
  cacheWrite1h: 500,
  output: 800,
  reasoning: 300,
});

describe('the counts of a call', () => {
  it('add up to a prompt of four classes, and reasoning is a part of the output', () => {
    expect(promptTokens(FULL)).to.equal(35_700);
    expect(totalTokens(FULL)).to.equal(36_500);
  });
});

describe('the cost of a call', () => {
  it('bills every class at its own price', () => {
    const cost = costOf(FULL, PRICES, AT);
    expect(cost?.lines.map(({ line, count, amount }) => [line, count, amount])).to.deep.equal([
      ['input', 1200, 120_000_000n],
      ['cachedInput', 30_000, 300_000_000n],
      ['cacheWrite5m', 4000, 500_000_000n],
      ['cacheWrite1h', 500, 100_000_000n],
      ['output', 800, 400_000_000n],
    ]);
    expect(costUsd(cost)).to.equal('0.00142');
  });

  it('stays at the base price when the prompt is as long as the threshold of a tier', () => {
    expect(usd({ input: 100_000, output: 10 }, PRICES)).to.equal('0.010005');
  });

  it('is at the price of the tier for the whole request with one token more', () => {
    expect(usd({ input: 100_001, output: 10 }, PRICES)).to.equal('0.0500255');
  });

  it('counts cached and written tokens towards the tier', () => {
    // 1 × 5e-7 + 99,999 × 1e-8 + 1 × 1.25e-7
    expect(usd({ input: 1, cachedInput: 99_999, cacheWrite5m: 1 }, PRICES)).to.equal('0.001000615');
  });

  it('rounds a line once, and not each token', () => {
    expect(usd({ input: 3 }, { input: '0.00000004166666666666667' })).to.equal('0.000000125');
  });

  it('follows the time of the request', () => {
    const prices: Prices = { input: '0.000001', overrides: [{ utcStart: 1200, utcEnd: 1300, input: '0.000004' }] };
    expect(costUsd(costOf(usage({ input: 10 }), prices, AT))).to.equal('0.00004');
    expect(costUsd(costOf(usage({ input: 10 }), prices, AT - 60_000))).to.equal('0.00001');
  });

  it('is zero, and known, when nothing was used', () => {
    expect(usd({}, PRICES)).to.equal('0');
  });

  it('is zero, and known, when the price is zero', () => {
    expect(usd({ input: 10, output: 10 }, { input: '0', output: '0' })).to.equal('0');
  });
});

describe('a class without a price of its own', () => {
  const BARE: Prices = { input: '0.000001', output: '0.000004' };

  for (const line of ['cachedInput', 'cacheWrite5m'] as const) {
    it(`is billed as input for ${line}`, () => {
      const cost = costOf(usage({ [line]: 1000 }), BARE, AT);
      expect(costUsd(cost)).to.equal('0.001');
      expect(cost?.lines.map(({ line: billed, pricedAs }) => [billed, pricedAs])).to.deep.equal([[line, 'input']]);
    });
  }

  const unknown: [keyof Usage, Prices][] = [
    ['input', { output: '0.000004' }],
    ['output', { input: '0.000001' }],
    ['cachedInput', { output: '0.000004' }],
    ['cacheWrite5m', { output: '0.000004' }],
    ['cacheWrite1h', BARE],
    ['webSearches', BARE],
  ];
  for (const [counted, prices] of unknown) {
    it(`makes the cost unknown when ${counted} was used and nothing can stand in`, () => {
      expect(costOf(usage({ [counted]: 1 }), prices, AT)).to.equal(undefined);
      expect(usd({ [counted]: 1 }, prices)).to.equal(null);
    });
  }

  it('does no harm as long as it was not used', () => {
    expect(usd({ input: 10 }, { input: '0.000001' })).to.equal('0.00001');
  });

  it('makes the cost unknown when there is no price list at all', () => {
    expect(usd({ input: 1 }, undefined)).to.equal(null);
  });

  it('is unknown when its price is negative, which is how a feed says that it varies', () => {
    expect(usd({ input: 1 }, { input: '-1' })).to.equal(null);
    expect(usd({ input: 1 }, { input: '0.000001', request: '-1' })).to.equal(null);
  });
});

describe('reasoning', () => {
  const counts = { input: 10, output: 100, reasoning: 40 };

  it('is billed as output when it has no price of its own', () => {
    expect(usd(counts, { input: '0.000001', output: '0.000004' })).to.equal('0.00041');
  });

  it('is billed apart, and not twice, when it has one', () => {
    const cost = costOf(usage(counts), { input: '0.000001', output: '0.000004', reasoning: '0.000002' }, AT);
    expect(cost?.lines.map(({ line, count }) => [line, count])).to.deep.equal([
      ['input', 10],
      ['output', 60],
      ['reasoning', 40],
    ]);
    expect(costUsd(cost)).to.equal('0.00033');
  });

  it('never exceeds the output that it is a part of', () => {
    const prices = { input: '0.000001', output: '0.000004', reasoning: '0.000002' };
    expect(usd({ ...counts, reasoning: 150 }, prices)).to.equal('0.00021');
  });
});

describe('what is billed by the piece', () => {
  it('bills each web search', () => {
    expect(usd({ webSearches: 3 }, { webSearch: '0.01' })).to.equal('0.03');
  });

  it('bills a price per request once, even when nothing else was used', () => {
    expect(usd({}, { request: '0.005' })).to.equal('0.005');
    expect(usd({ input: 1000 }, { input: '0.000001', request: '0.005' })).to.equal('0.006');
  });
});
