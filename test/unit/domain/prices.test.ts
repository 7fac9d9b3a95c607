// Which price lines are valid: tiers by prompt length, windows by time of day, and what wins over what.
import { expect } from 'chai';
import { type PriceOverride, PriceOverride as OverrideSchema, pricesAt } from '../../../src/domain/prices.ts';

// A Wednesday.
const at = (hours: number, minutes = 0, day = 25) => Date.UTC(2026, 10, day, hours, minutes);
const NOON = at(12);
const inputAt = (overrides: PriceOverride[], promptTokens: number, time = NOON) =>
  pricesAt({ input: '1', output: '2', overrides }, promptTokens, time).input;

describe('a price tier', () => {
  const tier: PriceOverride = { minPromptTokens: 200_000, input: '9' };

  for (const [promptTokens, input] of [
    [0, '1'],
    [199_999, '1'],
    [200_000, '1'],
    [200_001, '9'],
  ] as const) {
    it(`gives the input price ${input} to a prompt of ${promptTokens} tokens when it begins above 200000`, () => {
      expect(inputAt([tier], promptTokens)).to.equal(input);
    });
  }

  it('leaves the lines alone that it does not name', () => {
    expect(pricesAt({ input: '1', output: '2', overrides: [tier] }, 200_001, NOON).output).to.equal('2');
  });

  it('adds a line that the list has no price for', () => {
    const overrides = [{ minPromptTokens: 10, cachedInput: '0.5' }];
    expect(pricesAt({ input: '1', overrides }, 10, NOON).cachedInput).to.equal(undefined);
    expect(pricesAt({ input: '1', overrides }, 11, NOON).cachedInput).to.equal('0.5');
  });

  it('gives way to a later tier that applies too', () => {
    const tiers = [tier, { minPromptTokens: 500_000, input: '20' }];
    expect(inputAt(tiers, 500_000)).to.equal('9');
    expect(inputAt(tiers, 500_001)).to.equal('20');
  });

  it('wins over a tier that stands before it, whatever their thresholds are', () => {
    expect(inputAt([{ minPromptTokens: 500_000, input: '20' }, tier], 600_000)).to.equal('9');
  });
});

describe('a price window', () => {
  const day: PriceOverride = { utcStart: 830, utcEnd: 1630, input: '9' };
  const night: PriceOverride = { utcStart: 2230, utcEnd: 130, input: '0.5' };

  for (const [hours, minutes, input] of [
    [8, 29, '1'],
    [8, 30, '9'],
    [16, 29, '9'],
    [16, 30, '1'],
  ] as const) {
    it(`from 08:30 to 16:30 gives ${input} at ${hours}:${minutes}`, () => {
      expect(inputAt([day], 1, at(hours, minutes))).to.equal(input);
    });
  }

  for (const [hours, minutes, input] of [
    [22, 29, '1'],
    [22, 30, '0.5'],
    [23, 59, '0.5'],
    [0, 0, '0.5'],
    [1, 29, '0.5'],
    [1, 30, '1'],
    [12, 0, '1'],
  ] as const) {
    it(`from 22:30 over midnight to 01:30 gives ${input} at ${hours}:${minutes}`, () => {
      expect(inputAt([night], 1, at(hours, minutes))).to.equal(input);
    });
  }

  it('may end with the day', () => {
    const evening = [{ utcStart: 1800, utcEnd: 2400, input: '9' }];
    expect(inputAt(evening, 1, at(23, 59))).to.equal('9');
    expect(inputAt(evening, 1, at(0))).to.equal('1');
  });

  it('holds on the days that it names, Sunday being 0', () => {
    const wednesdays = [{ utcDays: [3], input: '9' }];
    const sundays = [{ utcDays: [0], input: '9' }];
    expect(inputAt(wednesdays, 1, at(0, 0, 25))).to.equal('9');
    expect(inputAt(wednesdays, 1, at(23, 59, 24))).to.equal('1');
    expect(inputAt(sundays, 1, at(12, 0, 29))).to.equal('9');
    expect(inputAt(sundays, 1, at(12, 0, 28))).to.equal('1');
  });

  it('asks for all of its conditions', () => {
    const both = [{ ...day, minPromptTokens: 100, utcDays: [3] }];
    expect(inputAt(both, 101, NOON)).to.equal('9');
    expect(inputAt(both, 100, NOON)).to.equal('1');
    expect(inputAt(both, 101, at(20))).to.equal('1');
    expect(inputAt(both, 101, at(12, 0, 26))).to.equal('1');
  });

  it('gives way to a tier that stands after it', () => {
    expect(inputAt([day, { minPromptTokens: 100, input: '20' }], 101)).to.equal('20');
  });
});

describe('a price list', () => {
  it('is valid as it stands when it has no overrides', () => {
    const prices = { input: '1', output: '2' };
    expect(pricesAt(prices, 1e9, NOON)).to.deep.equal(prices);
  });

  it('is left as it was when an override is applied', () => {
    const prices = { input: '1', overrides: [{ input: '9' }] };
    pricesAt(prices, 1, NOON);
    expect(prices.input).to.equal('1');
  });

  it('takes a price as decimal text only', () => {
    expect(OverrideSchema.safeParse({ input: '0.000000041' }).success).to.equal(true);
    expect(OverrideSchema.safeParse({ input: 0.000000041 }).success).to.equal(false);
    expect(OverrideSchema.safeParse({ input: 'free' }).success).to.equal(false);
  });
});
