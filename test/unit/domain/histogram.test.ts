import { expect } from 'chai';
import * as fc from 'fast-check';
import { type Histogram, addTime, mergeHistograms, percentileOf } from '../../../src/domain/histogram.ts';

const times = fc.array(fc.double({ min: 1, max: 600_000, noNaN: true }), { minLength: 1, maxLength: 200 });
const histogramOf = (values: readonly number[]) => values.reduce<Histogram>(addTime, {});

describe('a histogram of times', () => {
  it('tells percentiles within 2.5 % of the true ones', () => {
    fc.assert(
      fc.property(times, fc.constantFrom(0.5, 0.95, 0.99), (values, share) => {
        const sorted = [...values].sort((a, b) => a - b);
        const exact = sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
        expect(percentileOf(histogramOf(values), share)).to.be.closeTo(exact, exact * 0.0255 + 0.5);
      }),
    );
  });

  it('gives the same over parts as over the whole', () => {
    fc.assert(
      fc.property(times, times, (left, right) => {
        const merged = mergeHistograms([histogramOf(left), histogramOf(right)]);
        expect(merged).to.deep.equal(histogramOf([...left, ...right]));
      }),
    );
  });

  it('takes what is shorter than its first and longer than its last bound, and knows nothing of nothing', () => {
    expect(percentileOf(histogramOf([0, 0.2]), 0.5)).to.equal(0.5);
    expect(percentileOf(histogramOf([1e12]), 0.5)).to.be.at.least(3_600_000 / 1.05);
    expect(percentileOf({}, 0.5)).to.equal(null);
  });
});
