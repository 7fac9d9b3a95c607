// Money is exact: no digit of a price is lost, and an amount is rounded once, half to even.
import { expect } from 'chai';
import * as fc from 'fast-check';
import {
  amountOf,
  compareDecimals,
  formatDecimal,
  formatUsd,
  isDecimal,
  parseDecimal,
  parseUsd,
  usdFromNumber,
  usdNumber,
} from '../../../src/domain/money.ts';

const PICO_DIGITS = 12;
const decimals = fc.record({
  coefficient: fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }),
  scale: fc.integer({ min: 0, max: 40 }),
});
const counts = fc.integer({ min: 0, max: 2_000_000_000 });
const price = (raw: string, count: number) => amountOf(parseDecimal(raw), count);

describe('decimals', () => {
  for (const [raw, canonical] of [
    ['0', '0'],
    ['-0', '0'],
    ['-1', '-1'],
    ['007', '7'],
    ['1.50', '1.5'],
    ['1e-7', '0.0000001'],
    ['2.5E+3', '2500'],
    ['-12.5e1', '-125'],
    ['0.00000004166666666666667', '0.00000004166666666666667'],
  ] as const) {
    it(`writes ${raw} as ${canonical}`, () => {
      expect(formatDecimal(parseDecimal(raw))).to.equal(canonical);
    });
  }

  it('keeps the text that a decimal came from', () => {
    expect(parseDecimal('1.50').raw).to.equal('1.50');
  });

  for (const text of ['', ' 1', '1 ', '.5', '5.', '+1', '1,5', '0x10', 'NaN', 'Infinity', '1e', '1e9999', '--1']) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      expect(isDecimal(text)).to.equal(false);
      expect(() => parseDecimal(text)).to.throw(RangeError, /^not a decimal number/);
    });
  }

  it('reads back the same number that it has written', () => {
    fc.assert(
      fc.property(decimals, (decimal) => {
        const text = formatDecimal(decimal);
        const back = parseDecimal(text);
        expect(compareDecimals(back, { ...decimal, raw: '' })).to.equal(0);
        expect(formatDecimal(back)).to.equal(text);
      }),
    );
  });

  it('orders decimals of different length as numbers', () => {
    const sorted = ['-2', '-1.99', '0', '0.00000004166666666666667', '0.0000001', '1', '9.9', '10'];
    for (const [place, a] of sorted.entries()) {
      for (const [other, b] of sorted.entries()) {
        const order = compareDecimals(parseDecimal(a), parseDecimal(b));
        expect(order, `${a} against ${b}`).to.equal(Math.sign(place - other));
      }
    }
    expect(compareDecimals(parseDecimal('1.0'), parseDecimal('1.000'))).to.equal(0);
  });

  it('takes the number of a caller as its shortest text says it', () => {
    const texts = [0.1, 1e-7, 0.015, 1e21].map((value) => formatDecimal(usdFromNumber(value)));
    expect(texts).to.deep.equal(['0.1', '0.0000001', '0.015', `1${'0'.repeat(21)}`]);
  });
});

describe('an amount', () => {
  for (const [count, pico] of [
    [1, 41_667n],
    [3, 125_000n],
    [1_000_000, 41_666_666_667n],
    [24_000_000, 1_000_000_000_000n],
  ] as const) {
    it(`is ${pico} pico-dollars for ${count} tokens at a price of 23 decimals`, () => {
      expect(price('0.00000004166666666666667', count)).to.equal(pico);
    });
  }

  for (const [count, pico] of [
    [0, 0n],
    [1, 0n],
    [2, 1n],
    [3, 2n],
    [5, 2n],
    [7, 4n],
  ] as const) {
    it(`rounds ${count} halves of a pico-dollar to ${pico}`, () => {
      expect(price('0.0000000000005', count)).to.equal(pico);
      expect(price('-0.0000000000005', count)).to.equal(-pico);
    });
  }

  it('rounds by one digit more or less than a half to the nearer side', () => {
    expect(price('0.00000000000050000000001', 1)).to.equal(1n);
    expect(price('0.00000000000149999999999', 1)).to.equal(1n);
  });

  it('is never further than half a pico-dollar from the exact product, and even when it is exactly half', () => {
    fc.assert(
      fc.property(decimals, counts, (decimal, count) => {
        const amount = amountOf({ ...decimal, raw: '' }, count);
        // Both over the common denominator 10^(scale + 12).
        const exact = decimal.coefficient * BigInt(count) * 10n ** BigInt(PICO_DIGITS);
        const unit = 10n ** BigInt(decimal.scale);
        const difference = amount * unit - exact;
        const twice = 2n * (difference < 0n ? -difference : difference);
        expect(twice <= unit, 'at most half a unit').to.equal(true);
        if (twice === unit) expect(amount % 2n).to.equal(0n);
      }),
      { numRuns: 500 },
    );
  });

  it('goes to even for every tie that there is', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n }),
        fc.integer({ min: 1, max: 12 }),
        (whole, extra) => {
          const tie = {
            coefficient: (2n * whole + 1n) * 5n * 10n ** BigInt(extra - 1),
            scale: PICO_DIGITS + extra,
            raw: '',
          };
          const amount = amountOf(tie, 1);
          expect(amount).to.equal(whole % 2n === 0n ? whole : whole + 1n);
        },
      ),
    );
  });

  it('has a text that reads back as itself, without exponent or trailing zeros', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 24n), max: 10n ** 24n }), (pico) => {
        const text = formatUsd(pico);
        expect(text).to.match(/^-?(0|[1-9]\d*)(\.\d{0,11}[1-9])?$/);
        expect(parseUsd(text)).to.equal(pico);
      }),
    );
  });

  it('is read from any spelling that is no finer than a pico-dollar', () => {
    expect(parseUsd('1')).to.equal(1_000_000_000_000n);
    expect(parseUsd('0.000000000001')).to.equal(1n);
    expect(parseUsd('0.00000000000100000')).to.equal(1n);
    expect(parseUsd('1e-12')).to.equal(1n);
    expect(() => parseUsd('0.0000000000001')).to.throw(RangeError, /^finer than a pico-dollar/);
  });

  it('is the nearest double for people', () => {
    expect(usdNumber(1_420_000_000n)).to.equal(0.00142);
    expect(usdNumber(-1n)).to.equal(-1e-12);
  });
});
