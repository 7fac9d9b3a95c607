// Who is asked about a price, and who not.
import { expect } from 'chai';
import type { CatalogModel, ProviderName } from '../../../src/domain/catalog.ts';
import { opinionsFrom } from '../../../workers/opinions.ts';
import { genaiPriceOf } from '../../../workers/sources/genaiPrices.ts';
import { readModelsDev } from '../../../workers/sources/modelsDev.ts';
import { readAuthorPrice } from '../../../workers/sources/openrouterEndpoints.ts';
import { readOpenRouterModels } from '../../../workers/sources/openrouterModels.ts';
import { modelsDevFeed, openRouterFeed, perToken } from '../../support/feeds.ts';

const AT = '2026-09-20T00:00:00.000Z';
const known = {
  openrouter: readOpenRouterModels(
    openRouterFeed([{ id: 'openai/gpt-5.6-sol', input: 2, output: 10 }, { id: 'openai/gpt-oss-120b' }]),
    AT,
  ),
  modelsDev: readModelsDev(
    modelsDevFeed({
      openai: { 'gpt-5.6-sol': { cost: { input: 4, output: 20 }, limit: { context: 1_000 } } },
      zai: { 'glm-5-2': { cost: { input: 0.65, output: 2 } } },
      groq: { 'openai/gpt-oss-120b': { cost: { input: 0.15, output: 0.6 } } },
    }),
    AT,
  ),
  authorPrices: new Map([['moonshotai/kimi-k3', { input: perToken(3), output: perToken(15) }]]),
  offsets: [{ model: 'openai/gpt-5.6-sol', source: 'openrouter', percent: 100 }],
  at: new Date(AT),
};
const model = (provider: ProviderName, modelName: string, openrouterId?: string): CatalogModel => ({
  id: `${provider}/${modelName}`,
  provider,
  modelName,
  details: { enabled: true, tags: [], qualityWeight: 1, abilities: {}, ...(openrouterId ? { openrouterId } : {}) },
  prices: undefined,
  ratings: [],
  deprecation: undefined,
  priceSource: 'seed',
  detailsSource: 'seed',
  updatedAt: AT,
});
const asked = (one: CatalogModel, but = '') =>
  opinionsFrom(known, but)(one).map(({ source, prices }) => [source, prices?.input, prices?.output]);

describe('opinions on the price of a model', () => {
  it('that is routed come from the author, models.dev and genai-prices, whatever they call the author and write the name', () => {
    expect(asked(model('openrouter', 'moonshotai/kimi-k3'))).to.deep.equal([
      ['openrouter_author', perToken(3), perToken(15)],
      ['genai_prices', perToken(3), perToken(15)],
    ]);
    expect(asked(model('openrouter', 'z-ai/glm-5.2'))).to.deep.include(['models_dev', perToken(0.65), perToken(2)]);
  });

  it('that is a variant are none: nobody else sells it', () => {
    expect(asked(model('openrouter', 'moonshotai/kimi-k3:free'))).to.deep.equal([]);
  });

  it('that is direct come from all but the source that is judged, with differences that are meant', () => {
    const direct = model('openai', 'gpt-5.6-sol', 'openai/gpt-5.6-sol');
    expect(asked(direct, 'models_dev')).to.deep.equal([
      ['genai_prices', perToken(4), perToken(20)],
      ['openrouter', perToken(2), perToken(10)],
    ]);
    const [, , headline] = opinionsFrom(known, '')(direct);
    expect(headline?.percent).to.equal(100);
  });

  it('of an open model at Groq are not those of its other hosts', () => {
    const sources = asked(model('groq', 'openai/gpt-oss-120b', 'openai/gpt-oss-120b')).map(([source]) => source);
    expect(sources).to.deep.equal(['models_dev', 'genai_prices']);
  });
});

describe('the price list of genai-prices', () => {
  it('knows the price of a day, and no price by a similar name', () => {
    expect(genaiPriceOf('openai', 'gpt-5.6-sol', new Date('2026-08-01'))?.input).to.equal(perToken(5));
    expect(genaiPriceOf('openai', 'gpt-5.6-sol', new Date('2026-09-01'))?.input).to.equal(perToken(4));
    expect(genaiPriceOf('openai', 'gpt-5.6-sol-preview-of-something', new Date(AT))).to.equal(undefined);
    expect(genaiPriceOf('nobody', 'gpt-5.6-sol', new Date(AT))).to.equal(undefined);
  });
});

const endpoint = (tag: string | null, name: string, prompt: string) => ({
  tag,
  provider_name: name,
  pricing: { prompt, completion: '1' },
});
const body = (...endpoints: object[]) => ({ data: { id: 'z-ai/glm-5.3', endpoints } });

describe("an author's own endpoint", () => {
  it('is known by its tag or its name, however that is written', () => {
    expect(
      readAuthorPrice(body(endpoint('azure', 'Azure', '9'), endpoint('z-ai/fp8', 'x', '2')), 'z-ai/glm-5.3')?.input,
    ).to.equal('2');
    expect(readAuthorPrice(body(endpoint(null, 'Z.AI', '3')), 'z-ai/glm-5.3')?.input).to.equal('3');
  });

  it('is none where only others serve the model, and an answer of another shape is refused', () => {
    expect(readAuthorPrice(body(endpoint('azure', 'Azure', '9')), 'z-ai/glm-5.3')).to.equal(undefined);
    expect(() => readAuthorPrice({ data: [] }, 'z-ai/glm-5.3')).to.throw(/not the endpoints of z-ai\/glm-5\.3/);
  });
});

describe('models.dev', () => {
  it('is read in USD per million, tiers included, and says nothing of what it does not know', () => {
    const tiers = [{ input: 8, output: 30, tier: { type: 'context', size: 272_000 } }];
    const { models } = readModelsDev(
      modelsDevFeed({
        openai: {
          one: { cost: { input: 4, output: 20, cache_read: 0.4, tiers } },
          two: { cost: { input: 1, output: 2, context_over_200k: { input: 2, output: 3 } } },
          three: {},
        },
      }),
      AT,
    );
    expect(models.get('openai/one')?.prices).to.deep.equal({
      input: perToken(4),
      output: perToken(20),
      cachedInput: perToken(0.4),
      overrides: [{ minPromptTokens: 272_000, input: perToken(8), output: perToken(30) }],
    });
    expect(models.get('openai/two')?.prices?.overrides).to.deep.equal([
      { minPromptTokens: 200_000, input: perToken(2), output: perToken(3) },
    ]);
    expect(models.get('openai/three')?.prices).to.equal(undefined);
  });

  it('is refused without a provider that must be there, or when its rows have another shape', () => {
    const { openai: _, ...rest } = modelsDevFeed({});
    expect(() => readModelsDev(rest, AT)).to.throw(/found no models of openai/);
    const costs = { a: { cost: { input: '4', output: '20' } }, b: { cost: { input: -1 } } };
    expect(() => readModelsDev(modelsDevFeed({ openai: costs }), AT)).to.throw(/2 of 6 rows are not readable/);
    expect(() => readModelsDev('<html>', AT)).to.throw(/not its list of providers/);
  });
});
