// What is held for a call before it: the most that it may cost by what is known then.
import { expect } from 'chai';
import type { CatalogModel, ProviderName } from '../../../src/domain/catalog.ts';
import { Chat } from '../../../src/domain/chat.ts';
import { parseUsd } from '../../../src/domain/money.ts';
import type { Prices } from '../../../src/domain/prices.ts';
import { mostCost } from '../../../src/gateway/mostCost.ts';

const model = (prices: Prices | undefined, provider: ProviderName = 'openai'): CatalogModel => ({
  id: `${provider}/one`,
  provider,
  modelName: 'one',
  prices,
  ratings: [],
  deprecation: undefined,
  priceSource: 'seed',
  detailsSource: 'seed',
  updatedAt: '2026-11-25T00:00:00.000Z',
  details: { enabled: true, tags: [], qualityWeight: 1, abilities: {} },
});
const PRICES: Prices = { input: '0.000001', output: '0.00001' };
const asked = { inputTokens: 1_000, outputTokens: 100, images: 0, at: 0 };
const chat = (fields: object = {}): Chat => Chat.parse({ messages: [{ role: 'user', content: 'x' }], ...fields });
const cost = (prices: Prices, fields: object = {}, provider: ProviderName = 'openai', more: object = {}) =>
  mostCost(model(prices, provider), chat(fields), { ...asked, ...more });

const marked = (ttl?: string) => ({
  messages: [{ role: 'user', content: [{ type: 'text', text: 'x', cache_control: { type: 'ephemeral', ttl } }] }],
});

describe('the most that a call may cost', () => {
  it('is prompt and answer at their prices', () => {
    expect(cost(PRICES)).to.equal(parseUsd('0.002'));
    expect(mostCost(model(undefined), chat(), asked)).to.equal(undefined);
  });

  it('counts every answer of `n`, where the vendor takes it', () => {
    expect(cost(PRICES, { n: 16 })).to.equal(parseUsd('0.017'));
    expect(cost(PRICES, { n: 16 }, 'anthropic')).to.equal(parseUsd('0.002'));
  });

  it('counts a prompt that may be written to a cache, thinking where it is dearer, images and searches', () => {
    const written = { ...PRICES, cacheWrite5m: '0.00000125', cacheWrite1h: '0.000002' };
    expect(cost(written, {}, 'anthropic')).to.equal(parseUsd('0.002'));
    expect(cost(written, marked(), 'anthropic')).to.equal(parseUsd('0.00225'));
    expect(cost(written, marked('1h'), 'anthropic')).to.equal(parseUsd('0.003'));
    expect(cost(written)).to.equal(parseUsd('0.00225'));
    expect(cost({ ...PRICES, reasoning: '0.00002' })).to.equal(parseUsd('0.003'));
    expect(cost({ ...PRICES, image: '0.005' }, {}, 'openrouter', { images: 2 })).to.equal(parseUsd('0.012'));
    const searching = { tools: [{ type: 'web_search_20250305', name: 'web_search', max_uses: 3 }] };
    expect(cost({ ...PRICES, webSearch: '0.01' }, searching, 'anthropic')).to.equal(parseUsd('0.032'));
  });

  it('is that of the service tier that was asked for, and not known where that has no price', () => {
    const tiered = { ...PRICES, overrides: [{ serviceTier: 'priority', input: '0.000002', output: '0.00002' }] };
    expect(cost(tiered, { service_tier: 'priority' })).to.equal(parseUsd('0.004'));
    expect(cost(tiered, { service_tier: 'fast' })).to.equal(parseUsd('0.004'));
    expect(cost(tiered, { service_tier: 'auto' })).to.equal(parseUsd('0.002'));
    expect(cost(PRICES, { service_tier: 'flex' })).to.equal(undefined);
    expect(cost(PRICES, { service_tier: 'flex' }, 'google')).to.equal(parseUsd('0.002'));
  });
});
