// Golden cases of money: worked out by hand (the arithmetic stands in each file), one for every provider, token class, tier and
// window that the catalog has.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { z } from 'zod';
import { loadModelsFile } from '../../../src/config/load.ts';
import { toModelWish } from '../../../src/config/toModelWish.ts';
import { formatUsd, parseUsd } from '../../../src/domain/money.ts';
import { PRICE_LINES, type PriceLine, PriceOverride, Prices, isInForce } from '../../../src/domain/prices.ts';
import { Usage, costOf, promptTokens } from '../../../src/domain/usage.ts';

const FOLDER = 'test/fixtures/money';
const GoldenCase = z.strictObject({
  title: z.string(),
  model: z.string().optional(),
  at: z.iso.datetime(),
  prices: Prices,
  usage: Usage,
  work: z.array(z.string()).min(2),
  lines: z.record(z.string(), z.string()),
  totalUsd: z.string(),
});
const GoldenFile = z.strictObject({ source: z.string().min(20), cases: z.array(GoldenCase).min(1) });
type GoldenCase = z.infer<typeof GoldenCase>;

const files = readdirSync(FOLDER).map((name) => ({
  provider: name.replace('.json', ''),
  ...GoldenFile.parse(JSON.parse(readFileSync(join(FOLDER, name), 'utf8'))),
}));

const CONDITIONS = Object.keys(PriceOverride.shape).filter((key) => !(PRICE_LINES as readonly string[]).includes(key));

/** Each condition of an override in words: `above 272000`, `from 1630 to 30`, `on 0 6`, `as flex`. */
function conditionOf({ minPromptTokens, utcStart, utcEnd, utcDays, serviceTier }: PriceOverride): string {
  return [
    ...(minPromptTokens === undefined ? [] : [`above ${minPromptTokens}`]),
    ...(utcStart === undefined ? [] : [`from ${utcStart} to ${utcEnd}`]),
    ...(utcDays === undefined ? [] : [`on ${utcDays.join(' ')}`]),
    ...(serviceTier === undefined ? [] : [`as ${serviceTier}`]),
  ].join(' ');
}

/** Each class that a case bills, with the condition of the override that its price comes from: `input`, `input above 272000`. */
function coveredBy({ prices, usage, lines, at }: GoldenCase): string[] {
  return Object.keys(lines).map((line) => {
    const from = prices.overrides?.findLast(
      (override) =>
        override[line as PriceLine] !== undefined &&
        isInForce(override, promptTokens(usage), Date.parse(at), usage.serviceTier),
    );
    return from ? `${line} ${conditionOf(from)}` : line;
  });
}

const named = (list: PriceOverride) => PRICE_LINES.filter((line) => list[line] !== undefined);

/** Every class that a price list bills, at the plain price and at that of each override: tier, window, service tier. */
function billedBy(prices: Prices): string[] {
  const { overrides = [], ...plain } = prices;
  return [...named(plain), ...overrides.flatMap((one) => named(one).map((line) => `${line} ${conditionOf(one)}`))];
}

describe('golden cases of money', () => {
  for (const { provider, cases } of files) {
    for (const golden of cases) {
      const { title, model = '', prices, usage, at, lines, totalUsd } = golden;
      it(`${provider}: ${title} ${model}`.trim(), () => {
        const cost = costOf(usage, prices, Date.parse(at));
        const billed = Object.fromEntries((cost?.lines ?? []).map(({ line, amount }) => [line, formatUsd(amount)]));
        expect(billed).to.deep.equal(lines);
        expect(formatUsd(cost?.total ?? -1n)).to.equal(totalUsd);
        const sum = Object.values(lines).reduce((total, amount) => total + parseUsd(amount), 0n);
        expect(formatUsd(sum), 'the file itself').to.equal(totalUsd);
      });
    }
  }

  it('are there for every class, and for every condition that an override may have', () => {
    const cases = files.flatMap((file) => file.cases);
    const billed = new Set(cases.flatMap(({ lines }) => Object.keys(lines)));
    expect(PRICE_LINES.filter((line) => !billed.has(line))).to.deep.equal([]);
    const met = cases.flatMap(({ prices, usage, at }) =>
      (prices.overrides ?? []).filter((one) => isInForce(one, promptTokens(usage), Date.parse(at), usage.serviceTier)),
    );
    expect(CONDITIONS).to.include.members(['minPromptTokens', 'utcStart', 'utcEnd', 'utcDays', 'serviceTier']);
    expect(CONDITIONS.filter((key) => !met.some((one) => key in one))).to.deep.equal([]);
  });

  it('would be missed where a list has a tier, a window or a service tier without one', () => {
    const overrides = [
      { minPromptTokens: 100, cachedInput: '1' },
      { utcStart: 1630, utcEnd: 30, utcDays: [0, 6], input: '1' },
      { serviceTier: 'flex', output: '1' },
    ];
    expect(billedBy({ input: '1', output: '1', overrides })).to.deep.equal([
      'input',
      'output',
      'cachedInput above 100',
      'input from 1630 to 30 on 0 6',
      'output as flex',
    ]);
  });

  it('are there for every provider, class, tier, window and service tier of the catalog', () => {
    const covered = new Set(
      files.flatMap(({ provider, cases }) => cases.flatMap(coveredBy).map((what) => `${provider} ${what}`)),
    );
    const billed = loadModelsFile('config/models.yaml')
      .models.map(toModelWish)
      .flatMap(({ provider, prices }) => (prices ? billedBy(prices).map((what) => `${provider} ${what}`) : []));
    expect(new Set(billed).size).to.be.greaterThan(20);
    expect([...new Set(billed)].filter((what) => !covered.has(what))).to.deep.equal([]);
  });

  it('know no price for a call that was served as a tier without one', () => {
    const prices: Prices = { input: '0.000001', output: '0.000001' };
    const usage: Usage = { input: 1, cachedInput: 0, cacheWrite5m: 0, cacheWrite1h: 0, output: 1, reasoning: 0 };
    for (const serviceTier of ['priority', 'flex', 'scale', 'performance', 'batch'])
      expect(costOf({ ...usage, serviceTier }, prices, 0), serviceTier).to.equal(undefined);
    for (const serviceTier of ['default', 'standard', 'auto', 'on_demand'])
      expect(costOf({ ...usage, serviceTier }, prices, 0)?.total, serviceTier).to.equal(2_000_000n);
  });
});
