// The files that the router ships with: valid, complete, and with prices per token that were worked out by hand.
import { expect } from 'chai';
import { planCatalogChanges } from '../../../src/domain/catalogChanges.ts';
import { EMPTY_CATALOG, PROVIDERS, TASK_TYPES } from '../../../src/domain/catalog.ts';
import { foldCatalog } from '../../../src/domain/foldCatalog.ts';
import { type PriceLine, pricesAt } from '../../../src/domain/prices.ts';
import { schemaOf } from '../../../src/domain/events.ts';
import { loadModelsFile, loadPolicyFile } from '../../../src/config/load.ts';
import { toModelWish } from '../../../src/config/toModelWish.ts';

const AT = Date.UTC(2026, 10, 25, 12);
const file = loadModelsFile('config/models.yaml');
const wishes = { models: file.models.map(toModelWish), overrides: file.overrides.map(toModelWish) };
const events = planCatalogChanges(EMPTY_CATALOG, wishes, { at: '2026-11-25T12:00:00.000Z', by: 'test' });
const catalog = foldCatalog(events.map((event, revision) => ({ ...event, revision })));
const models = [...catalog.models.values()];
const idsOf = (list: typeof models) => list.map(({ id }) => id);

describe('the shipped models', () => {
  it('are 55, of every provider', () => {
    expect(models).to.have.length(55);
    expect(new Set(models.map(({ provider }) => provider))).to.deep.equal(new Set(PROVIDERS));
  });

  it('become events that the log takes', () => {
    const refused = events.filter(({ type, data }) => !schemaOf(type).safeParse(data).success);
    expect(refused).to.deep.equal([]);
  });

  const PRICES: [id: string, promptTokens: number, prices: { [line in PriceLine]?: string | undefined }][] = [
    ['openai/gpt-6-astra', 272_000, { input: '0.00001', output: '0.00005', cachedInput: '0.000001' }],
    ['openai/gpt-6-astra', 272_001, { input: '0.00002', output: '0.000075', cacheWrite5m: '0.000025' }],
    ['openai/gpt-6-luna', 1, { input: '0.0000001', output: '0.0000005', cacheWrite5m: '0.000000125' }],
    ['openai/gpt-5.4-mini', 1, { input: '0.00000075', output: '0.0000045', cachedInput: '0.000000075' }],
    ['openai/o4-mini', 1, { input: '0.0000011', output: '0.0000044', cachedInput: '0.000000275' }],
    ['anthropic/claude-fable-5-2', 1, { input: '0.000008', output: '0.00004', cacheWrite1h: '0.000016' }],
    ['anthropic/claude-opus-5', 1, { input: '0.000005', output: '0.000025', cacheWrite5m: '0.00000625' }],
    ['anthropic/claude-haiku-5-5', 100_000, { input: '0.0000001', output: '0.0000005', cachedInput: '0.00000001' }],
    ['anthropic/claude-haiku-5-5', 100_001, { input: '0.0000005', output: '0.0000025', cacheWrite1h: '0.000001' }],
    ['google/gemini-3.8-flash', 1, { input: '0.00000075', output: '0.00000375', cachedInput: '0.000000075' }],
    ['google/gemini-2.5-pro', 200_001, { input: '0.0000025', output: '0.000015', cachedInput: '0.00000025' }],
    ['groq/openai/gpt-oss-20b', 1, { input: '0.000000075', output: '0.0000003', cachedInput: '0.0000000375' }],
    ['groq/llama-3.3-70b-versatile', 1, { input: '0.00000059', output: '0.00000079', cachedInput: undefined }],
    ['openrouter/deepseek/deepseek-v4.1-flash', 1, { input: '0.0000003', cachedInput: '0.000000006' }],
    ['openrouter/minimax/minimax-m3', 1, { input: '0.0000003', output: '0.0000012', cachedInput: '0.00000006' }],
  ];
  for (const [id, promptTokens, prices] of PRICES) {
    it(`have the listed prices of ${id} for a prompt of ${promptTokens} tokens`, () => {
      const known = catalog.models.get(id)?.prices;
      const valid = known && pricesAt(known, promptTokens, AT);
      expect(Object.fromEntries(Object.keys(prices).map((line) => [line, valid?.[line as PriceLine]]))).to.deep.equal(
        prices,
      );
    });
  }

  it('all have a price for input and output, and none is free', () => {
    const unpriced = models.filter(({ prices }) => !(Number(prices?.input) > 0 && Number(prices?.output) > 0));
    expect(idsOf(unpriced)).to.deep.equal([]);
  });

  it('give no prompt token away: a class that is billed at all never falls to zero in a tier', () => {
    const free = models.filter(({ prices }) =>
      prices?.overrides?.some(({ input, output, cachedInput, cacheWrite5m, cacheWrite1h }) =>
        [input, output, cachedInput, cacheWrite5m, cacheWrite1h].some(
          (price) => price !== undefined && Number(price) === 0,
        ),
      ),
    );
    expect(idsOf(free)).to.deep.equal([]);
  });

  it('read from a cache for no more than a fresh token costs', () => {
    const odd = models.filter(({ prices }) => Number(prices?.cachedInput ?? 0) > Number(prices?.input));
    expect(idsOf(odd)).to.deep.equal([]);
  });

  it('name only replacements that exist and are not going away themselves', () => {
    const replaced = models.filter(({ details }) => details.replacement !== undefined);
    expect(replaced).to.have.length.greaterThan(0);
    const lost = replaced.filter(({ details }) => {
      const next = catalog.models.get(details.replacement ?? '');
      return !next || next.deprecation !== undefined;
    });
    expect(idsOf(lost)).to.deep.equal([]);
  });

  it('are deprecated when a shutdown is announced, and only then', () => {
    const odd = models.filter(
      ({ details, deprecation }) => (details.shutdownOn === undefined) !== (deprecation === undefined),
    );
    expect(idsOf(odd)).to.deep.equal([]);
  });

  it('have someone strong at every type of task', () => {
    const tags = new Set(models.flatMap(({ details }) => details.tags));
    expect(TASK_TYPES.filter((task) => !tags.has(task))).to.deep.equal([]);
  });

  it('all have a quality tier and tags, so that they can be chosen before a rating is known', () => {
    const unknown = models.filter(({ details }) => details.qualityTier === undefined || details.tags.length === 0);
    expect(idsOf(unknown)).to.deep.equal([]);
  });

  it('are planned once: a second run of the same file plans nothing', () => {
    expect(planCatalogChanges(catalog, wishes, { at: '2026-11-26T12:00:00.000Z', by: 'test' })).to.deep.equal([]);
  });
});

describe('the shipped policy', () => {
  const policy = loadPolicyFile('config/routing.yaml');

  it('is one that the log takes', () => {
    const data = { policy, at: '2026-11-25T12:00:00.000Z', by: 'test' };
    expect(schemaOf('PolicyPublished').safeParse(data).error).to.equal(undefined);
  });

  it('has an estimate of the output for every type of task', () => {
    expect(Object.keys(policy.expectedOutputTokens)).to.have.members([...TASK_TYPES]);
  });
});
