// Every line of a price list is judged, not input and output alone: what comes, goes, or costs nothing all at once, and who may confirm it.
import { expect } from 'chai';
import type { Prices } from '../../../src/domain/prices.ts';
import { NO_USAGE, costOf } from '../../../src/domain/usage.ts';
import { openRouterRow, perToken } from '../../support/feeds.ts';
import { type World, createWorld, told } from './feedWorld.ts';

const ID = 'a/b';
const MODEL = `openrouter/${ID}`;
const row = (pricing: object) => openRouterRow({ id: ID, pricing: { ...pricing } });
const pricesOf = (world: World) => world.catalog().models.get(MODEL)?.prices;
/** Verdict and rule of the price list after two readings. */
const verdicts = (before: object, after: object, elsewhere?: Prices): string[] => {
  const world = createWorld();
  world.read(0, [row(before)]);
  if (elsewhere) world.opinions.set(MODEL, [{ source: 'models_dev', prices: elsewhere }]);
  const rules = told(world.read(2, [row(after)]), ID).map((text) => text.split(': ')[1] ?? '');
  return [...new Set(rules)];
};
const plain: Prices = { input: perToken(1), output: perToken(4) };
const tier = (least: number, input: number) => ({ overrides: [{ min_prompt_tokens: least, prompt: perToken(input) }] });

describe('a line of a price list that is not input or output', () => {
  it('is held when it goes to nothing, as it would be billed as input then', () => {
    expect(verdicts({ input_cache_read: '0.0000003' }, { input_cache_read: '0' })).to.deep.equal([
      'held large_unconfirmed',
    ]);
    expect(verdicts({ input_cache_read: '0.0000009' }, {})).to.deep.equal(['accepted small']);
  });

  it('is held when it comes and is far from what stood in for it', () => {
    for (const [line, near, far] of [
      ['input_cache_read', 0.8, 0.1],
      ['input_cache_write', 1.25, 12],
      ['input_cache_write_1h', 1.4, 900],
      ['internal_reasoning', 4, 1_000_000],
    ] as const) {
      expect(verdicts({}, { [line]: perToken(near) }), line).to.deep.equal(['accepted small']);
      expect(verdicts({}, { [line]: perToken(far) }), line).to.deep.equal(['held large_unconfirmed']);
    }
  });

  it('crosses zero when it comes or goes on top of the tokens', () => {
    for (const line of ['request', 'image', 'web_search']) {
      expect(verdicts({}, { [line]: '1' }), line).to.deep.equal(['held zero_crossing']);
      expect(verdicts({ [line]: '1' }, {}), line).to.deep.equal(['held zero_crossing']);
    }
  });

  it('is not free for being written as "0", but for a model that is free altogether', () => {
    const world = createWorld();
    const zeros = { internal_reasoning: '0', input_cache_read: '0', request: '0', web_search: '-1' };
    const zeroTier = { overrides: [{ min_prompt_tokens: 1_000, prompt: perToken(1), input_cache_read: '0' }] };
    world.read(0, [
      row({ ...zeros, ...zeroTier, prompt: '0.000003', completion: '0.000015' }),
      openRouterRow({ id: 'a/gift:free', input: 0, output: 0, pricing: zeros }),
    ]);
    const usage = { ...NO_USAGE, input: 100, cachedInput: 800, output: 1_000, reasoning: 900 };
    expect(costOf(usage, pricesOf(world), 0)?.total).to.equal(17_700_000_000n);
    expect(pricesOf(world)?.overrides).to.deep.equal([{ minPromptTokens: 1_000, input: perToken(1) }]);
    expect(world.catalog().models.get('openrouter/a/gift:free')?.prices).to.include({ cachedInput: '0' });
  });

  it('loses a "0" that an earlier reading has left in the catalog', () => {
    const world = createWorld();
    world.read(0, [row({})]);
    const data = { modelId: MODEL, source: 'openrouter', at: '2026-09-22T01:00:00.000Z', by: 'job:syncPricing' };
    world.append([{ type: 'ModelPriceChanged', data: { ...data, prices: { ...plain, cachedInput: '0' } } }]);
    const plan = world.read(2, [row({})]);
    expect(plan.rows.find(({ field }) => field === 'prices')).to.include({ rule: 'zero_is_absent', inFeed: false });
    expect(pricesOf(world)).to.deep.equal(plain);
    expect(world.read(4, [row({ input_cache_read: '0' })]).events).to.deep.equal([]);
  });
});

describe('a tier of a price list', () => {
  it('is held when it begins far earlier at the same price', () => {
    expect(verdicts(tier(200_000, 2), tier(1_000, 2))).to.deep.equal(['held large_unconfirmed']);
    expect(verdicts(tier(200_000, 2), tier(200_000, 2.2))).to.deep.equal(['accepted small']);
  });

  it('says at what length of a prompt it asks what', () => {
    const world = createWorld();
    world.read(0, [row({})]);
    const [held] = world.read(2, [row(tier(1_000, 100))]).events;
    expect(held?.data).to.have.property('reason').that.includes('input above 1000 tokens 1 → 100 USD');
  });
});

describe('another source', () => {
  it('confirms only lines that it has itself', () => {
    const [before, after] = [{ input_cache_read: perToken(0.1) }, { input_cache_read: perToken(10) }];
    const held = ['held large_unconfirmed'];
    expect(verdicts(before, after, plain)).to.deep.equal(held);
    expect(verdicts(before, after, { ...plain, cachedInput: perToken(0.1) })).to.deep.equal(held);
    expect(verdicts(before, after, { ...plain, cachedInput: perToken(10) })).to.deep.equal(['accepted confirmed']);
  });

  it('confirms a tier only by a tier', () => {
    const theirs = (least: number, input: number): Prices => ({
      ...plain,
      overrides: [{ minPromptTokens: least, input: perToken(input) }],
    });
    const [before, after] = [{}, tier(1_000, 100)];
    expect(verdicts(before, after, plain)).to.deep.equal(['held large_unconfirmed']);
    expect(verdicts(before, after, theirs(200_000, 100))).to.deep.equal(['held large_unconfirmed']);
    expect(verdicts(before, after, theirs(1_000, 2))).to.deep.equal(['held large_unconfirmed']);
    expect(verdicts(before, after, theirs(1_000, 100))).to.deep.equal(['accepted confirmed']);
  });

  it('confirms plain prices and tiers each for itself, also where they are the same', () => {
    const [before, after] = [tier(1_000, 1), { prompt: perToken(9), ...tier(1_000, 9) }];
    const overrides = [{ minPromptTokens: 1_000, input: perToken(9) }];
    expect(verdicts(before, after, { ...plain, input: perToken(9) })).to.deep.equal(['held large_unconfirmed']);
    expect(verdicts(before, after, { ...plain, input: perToken(9), overrides })).to.deep.equal(['accepted confirmed']);
  });

  it('is not asked about lines that moved little', () => {
    const after = { prompt: perToken(1.2), input_cache_read: perToken(10) };
    const theirs = { ...plain, cachedInput: perToken(10) };
    expect(verdicts({ input_cache_read: perToken(0.1) }, after, theirs)).to.deep.equal(['accepted confirmed']);
  });

  it('that says otherwise makes the wait longer, and one that says nothing does not', () => {
    for (const [cachedInput, applied] of [
      [perToken(0.1), false],
      [undefined, true],
    ] as const) {
      const world = createWorld();
      world.read(0, [row({ input_cache_read: perToken(0.1) })]);
      const prices: Prices = { ...plain, ...(cachedInput ? { cachedInput } : {}) };
      world.opinions.set(MODEL, [{ source: 'models_dev', prices }]);
      for (const hours of [2, 14, 27]) world.read(hours, [row({ input_cache_read: perToken(10) })]);
      expect(pricesOf(world)?.cachedInput === perToken(10)).to.equal(applied);
    }
  });
});
