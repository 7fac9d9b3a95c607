// The markup by price band, exact to the pico-dollar.
import { expect } from 'chai';
import { Markup, type MarkupBand, markupOn, markupPercent } from '../../../src/domain/markup.ts';
import { type PicoUsd, parseUsd } from '../../../src/domain/money.ts';
import type { Prices } from '../../../src/domain/prices.ts';

const BANDS: readonly MarkupBand[] = [
  { below_usd_per_million: '1', percent: '5' },
  { below_usd_per_million: '10', percent: '2.5' },
  { below_usd_per_million: null, percent: '0' },
];
// Blended: (3 × input + output) ÷ 4.
const cheap = { input: '0.0000005', output: '0.0000015' };
const medium = { input: '0.000003', output: '0.000015' };
const dear = { input: '0.00001', output: '0.00005' };

const markupOf = (cost: PicoUsd, prices: Prices | undefined, bands: readonly MarkupBand[] | null) =>
  markupOn(cost, markupPercent(prices, bands));
const valid = (bands: unknown) => Markup.safeParse(bands).success;

describe('the markup', () => {
  it('is that of the band of the model that answered', () => {
    // Blended 0.75, 6 and 20 USD per million.
    expect(markupOf(parseUsd('0.01'), cheap, BANDS)).to.equal(parseUsd('0.0005'));
    expect(markupOf(parseUsd('0.01'), medium, BANDS)).to.equal(parseUsd('0.00025'));
    expect(markupOf(parseUsd('0.01'), dear, BANDS)).to.equal(0n);
  });

  it('leaves a band at its limit', () => {
    const one = { input: '0.000001', output: '0.000001' };
    const less = { input: '0.000001', output: '0.00000099999999999999' };
    expect(
      markupOf(100n, one, [
        { below_usd_per_million: '1', percent: '50' },
        { below_usd_per_million: null, percent: '0' },
      ]),
    ).to.equal(0n);
    expect(
      markupOf(100n, less, [
        { below_usd_per_million: '1', percent: '50' },
        { below_usd_per_million: null, percent: '0' },
      ]),
    ).to.equal(50n);
  });

  it('rounds half-even, once', () => {
    const half: readonly MarkupBand[] = [{ below_usd_per_million: null, percent: '50' }];
    expect([1n, 3n, 5n].map((cost) => markupOf(cost, cheap, half))).to.deep.equal([0n, 2n, 2n]);
  });

  it('is nothing without bands or without a price', () => {
    expect(markupOf(1_000n, cheap, null)).to.equal(0n);
    expect(markupOf(1_000n, undefined, BANDS)).to.equal(0n);
  });

  it('refuses bands out of order, open in the middle, or beyond 100 percent', () => {
    expect(valid(BANDS)).to.equal(true);
    expect(valid([BANDS[1], BANDS[0], BANDS[2]])).to.equal(false);
    expect(valid([BANDS[2], BANDS[2]])).to.equal(false);
    expect(valid([BANDS[0]])).to.equal(false);
    for (const percent of ['101', '-1', 'five', ''])
      expect(valid([{ below_usd_per_million: null, percent }]), percent).to.equal(false);
  });
});
