// Golden cases of money: worked out by hand (the arithmetic stands in each file), one for every provider, token class, tier and
// window that the catalog has.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { z } from 'zod';
import { loadModelsFile } from '../../../src/config/load.ts';
import { toModelWish } from '../../../src/config/toModelWish.ts';
import { formatUsd, parseUsd } from '../../../src/domain/money.ts';
import { PRICE_LINES, Prices } from '../../../src/domain/prices.ts';
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

/** The class and the tier that a case bills: `input`, `input above 272000`. */
function coveredBy({ prices, usage, lines }: GoldenCase): string[] {
  const tiers = (prices.overrides ?? []).flatMap(({ minPromptTokens }) => minPromptTokens ?? []);
  const above = tiers.findLast((tier) => promptTokens(usage) > tier);
  return Object.keys(lines).map((line) => (above === undefined ? line : `${line} above ${above}`));
}

/** Every class that a price list bills, at the base price and at each tier. */
function billedBy(prices: Prices): string[] {
  const base = PRICE_LINES.filter((line) => prices[line] !== undefined);
  const tiers = (prices.overrides ?? []).flatMap((override) => {
    const { minPromptTokens } = override;
    if (minPromptTokens === undefined) return [];
    return base.filter((line) => override[line] !== undefined).map((line) => `${line} above ${minPromptTokens}`);
  });
  return [...base, ...tiers];
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

  it('are there for every provider, class and tier of the catalog', () => {
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
