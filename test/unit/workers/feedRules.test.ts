// What a reading changes beyond the hard cases: absent prices, windows, tiers, limits, abilities, ends, overrides, a person's word.
import { expect } from 'chai';
import { readOpenRouterModels } from '../../../workers/sources/openrouterModels.ts';
import { openRouterFeed, openRouterRow, perToken } from '../../support/feeds.ts';
import { createWorld, opinion, told, typesOf } from './feedWorld.ts';

const ID = 'a/b';
const MODEL = `openrouter/${ID}`;
const row = (rest: object = {}, pricing: object = {}) =>
  openRouterRow({ id: ID, rest: { ...rest }, pricing: { ...pricing } });

const windows = (night: number) => ({
  overrides: [
    { utc_start: 30, utc_end: 830, utc_days: ['monday'], prompt: perToken(night), completion: perToken(2) },
    { utc_start: 830, utc_end: 30, prompt: perToken(1), completion: perToken(4) },
  ],
});

describe('a reading of the list', () => {
  it('does not tell "0" from absent where a price is optional, and does where it is not', () => {
    const world = createWorld();
    world.read(0, [row({}, { request: '0', image: '0', input_cache_read: '0' })]);
    const plan = world.read(2, [row()]);
    expect(plan.events).to.deep.equal([]);
    expect(new Set(plan.rows.map(({ rule }) => rule))).to.deep.equal(new Set(['absent_is_zero']));
  });

  it('sees no change in other digits of the same number', () => {
    const world = createWorld();
    world.read(0, [row({}, { prompt: '0.000001' })]);
    const plan = world.read(2, [row({}, { prompt: '0.00000100' })]);
    expect([plan.rows, plan.events]).to.deep.equal([[], []]);
  });

  it('keeps every digit of a price', () => {
    const world = createWorld();
    world.read(0, [row({}, { input_cache_write: '0.0000000416666666666667' })]);
    expect(world.catalog().models.get(MODEL)?.prices?.cacheWrite5m).to.equal('0.0000000416666666666667');
    expect(world.read(2, [row({}, { input_cache_write: '0.0000000416666666666667' })]).events).to.deep.equal([]);
  });

  it('counts a price list as one: what is small in it waits with what is large', () => {
    const world = createWorld();
    world.read(0, [row({}, { input_cache_read: perToken(0.1) })]);
    const plan = world.read(2, [row({}, { completion: perToken(40), input_cache_read: perToken(0.11) })]);
    expect(told(plan, ID)).to.have.members([
      'pricing.completion: held large_unconfirmed',
      'pricing.input_cache_read: held large_unconfirmed',
    ]);
  });

  it('takes the prices of windows from their schedule, whatever the hour of the reading', () => {
    const world = createWorld();
    world.read(0, [row({}, windows(0.5))]);
    const night = world.read(2, [row({}, { prompt: perToken(0.5), completion: perToken(2), ...windows(0.5) })]);
    expect(night.events).to.deep.equal([]);
    expect(told(night, ID)).to.deep.equal([
      'pricing.prompt: ignored window_headline',
      'pricing.completion: ignored window_headline',
    ]);
    const moved = world.read(4, [row({}, windows(0.4))]);
    expect(told(moved, ID)).to.include('pricing.overrides: accepted small');
    expect(world.catalog().models.get(MODEL)?.prices?.overrides?.[0]).to.deep.include({
      utcDays: [1],
      utcStart: 30,
      input: perToken(0.4),
    });
  });

  it('compares a tier that comes with the plain price that held before', () => {
    const world = createWorld();
    world.read(0, [row()]);
    const tier = { overrides: [{ min_prompt_tokens: 272_000, prompt: perToken(2), completion: perToken(6) }] };
    expect(told(world.read(2, [row({}, tier)]), ID)).to.deep.equal(['pricing.overrides: held large_unconfirmed']);
  });

  it('follows a limit that grows, holds one that shrinks, and keeps one that is not told any more', () => {
    const world = createWorld();
    world.read(0, [row()]);
    expect(told(world.read(2, [row({ context_length: 400_000 })]), ID)).to.deep.equal([
      'context_length: accepted limit_grew',
    ]);
    const shrunk = world.read(4, [row({ context_length: 8_000 })]);
    expect(told(shrunk, ID)).to.deep.equal(['context_length: held limit_shrank']);
    expect(shrunk.events[0]?.data).to.deep.include({ proposed: { details: { contextTokens: 8_000 } } });
    const unknown = world.read(6, [row({ context_length: null })]);
    expect(told(unknown, ID)).to.deep.equal(['context_length: ignored unknown_keeps_last']);
    expect(world.catalog().models.get(MODEL)?.details.contextTokens).to.equal(400_000);
  });

  it('takes a shrunken limit after equal readings over a day, or when another source has it', () => {
    const steady = createWorld();
    steady.read(0, [row()]);
    for (const hours of [2, 12, 26]) steady.read(hours, [row({ context_length: 8_000 })]);
    expect(steady.catalog().models.get(MODEL)?.details.contextTokens).to.equal(8_000);
    const confirmed = createWorld();
    confirmed.read(0, [row()]);
    confirmed.opinions.set(MODEL, [{ source: 'models_dev', prices: undefined, contextTokens: 8_000 }]);
    confirmed.read(2, [row({ context_length: 8_000 })]);
    expect(confirmed.catalog().models.get(MODEL)?.details.contextTokens).to.equal(8_000);
  });

  it('reads abilities and efforts, and cares for no order', () => {
    const world = createWorld();
    world.read(0, [row()]);
    const reasoning = { mandatory: true, supported_efforts: ['max', 'high', 'low', 'hyper'] };
    const plan = world.read(2, [row({ supported_parameters: ['tools', 'reasoning'], reasoning })]);
    expect(typesOf(plan.events)).to.deep.equal(['ModelDetailsChanged']);
    const details = world.catalog().models.get(MODEL)?.details;
    expect(details?.efforts).to.deep.equal(['low', 'high', 'max']);
    expect(details?.abilities).to.deep.equal({
      tools: true,
      jsonSchema: false,
      jsonMode: false,
      reasoning: true,
      vision: true,
      streaming: true,
    });
    expect(world.read(4, [row({ supported_parameters: ['reasoning', 'tools'], reasoning })]).rows).to.deep.equal([]);
  });

  it('follows and tells another snapshot behind the same id, and finds a model that was renamed', () => {
    const world = createWorld({ missing: { readings: 2, hours: 1 } });
    world.read(0, [row()]);
    const moved = world.read(2, [row({ canonical_slug: 'a/b-20260202' })]);
    expect(told(moved, ID)).to.deep.equal(['canonical_slug: accepted canonical_moved']);
    expect(
      moved.alerts.map(({ kind, message }) => [kind, message.includes('a/b-20260101 → a/b-20260202')]),
    ).to.deep.equal([['models_replaced', true]]);
    const renamed = openRouterRow({ id: 'a/c', rest: { canonical_slug: 'a/b-20260202' } });
    world.read(4, [renamed]);
    world.read(6, [renamed]);
    expect(world.catalog().models.get(MODEL)?.deprecation?.replacement).to.equal('openrouter/a/c');
  });

  it('takes a held change as soon as another source says the same, though the feed has not moved', () => {
    const world = createWorld();
    world.read(0, [row()]);
    world.read(2, [row({}, { prompt: perToken(9) })]);
    world.opinions.set(MODEL, [opinion('models_dev', 9, 4)]);
    const plan = world.read(4, [row({}, { prompt: perToken(9) })]);
    expect(told(plan, ID)).to.deep.equal(['prices: accepted confirmed']);
    expect(plan.events.map(({ data }) => ('verdict' in data ? data.verdict : 'a price'))).to.deep.equal([
      'a price',
      'applied',
    ]);
  });

  it('is refused when it is a page of the list', () => {
    const paged = { ...openRouterFeed([{ id: ID }]), links: { next: '/api/v1/models?offset=500' } };
    expect(() => readOpenRouterModels(paged, '2026-09-22T00:00:00.000Z')).to.throw(/it came in pages/);
  });

  it('leaves noise alone and names it', () => {
    const world = createWorld();
    world.read(0, [row()]);
    const plan = world.read(2, [
      row({ description: 'Better.', created: 1, benchmarks: { design_arena: [] } }, { audio: '0.1' }),
    ]);
    expect(plan.events).to.deep.equal([]);
    expect(told(plan, ID)).to.have.members([
      'description: ignored noise',
      'created: ignored noise',
      'benchmarks: ignored rating_feed',
      'pricing.audio: ignored not_kept',
    ]);
  });

  it('registers nothing that only points elsewhere, is priced by the hour of others, or does not answer in text', () => {
    const world = createWorld();
    const image = { architecture: { input_modalities: ['text'], output_modalities: ['image'] } };
    const plan = world.read(0, [
      { id: '~a/latest' },
      { id: 'a/alias', rest: { alias_target: { slug: 'a/b' } } },
      { id: 'openrouter/auto', input: -1, output: -1 },
      { id: 'a/b:batch' },
      { id: 'a/painter', rest: image },
      { id: ID },
    ]);
    expect([...world.catalog().models.keys()]).to.deep.equal([MODEL]);
    expect(typesOf(plan.events)).to.deep.equal(['ModelRegistered']);
  });

  it('keeps the price of a model that becomes a router', () => {
    const world = createWorld();
    world.read(0, [row()]);
    const plan = world.read(2, [openRouterRow({ id: ID, input: -1, output: -1 })]);
    expect(told(plan, ID)).to.deep.equal(['pricing.prompt: ignored router', 'pricing.completion: ignored router']);
    expect(world.pricesOf(ID).input).to.equal(perToken(1));
  });

  it('follows the day of an end: set, moved, taken back; a day that means never is none', () => {
    const world = createWorld();
    const deprecation = () => world.catalog().models.get(MODEL)?.deprecation;
    world.read(0, [row()]);
    expect(told(world.read(2, [row({ expiration_date: '2098-12-31' })]), ID)).to.deep.equal([
      'expiration_date: ignored far_away_date',
    ]);
    expect(told(world.read(4, [row({ expiration_date: '2026-12-31' })]), ID)).to.deep.equal([
      'expiration_date: accepted expiration_set',
    ]);
    expect(deprecation()?.at).to.equal('2026-12-31T00:00:00.000Z');
    expect(told(world.read(6, [row({ expiration_date: '2027-03-01' })]), ID)).to.deep.equal([
      'expiration_date: accepted expiration_moved',
    ]);
    expect(deprecation()?.at).to.equal('2027-03-01T00:00:00.000Z');
    expect(told(world.read(8, [row()]), ID)).to.deep.equal(['expiration_date: accepted expiration_withdrawn']);
    expect(deprecation()).to.equal(undefined);
  });

  it('leaves the day that a calendar or a person has set', () => {
    const world = createWorld();
    world.read(0, [row()]);
    const data = {
      modelId: MODEL,
      source: 'calendar',
      at: '2026-09-22T01:00:00.000Z',
      by: 'test',
      reason: 'announced',
      effectiveAt: '2026-11-30T00:00:00.000Z',
      replacement: null,
    };
    world.append([{ type: 'ModelDeprecated', data }]);
    expect(told(world.read(2, [row({ expiration_date: '2027-03-01' })]), ID)).to.deep.equal([
      'expiration_date: ignored known_otherwise',
    ]);
    expect(world.catalog().models.get(MODEL)?.deprecation?.at).to.equal('2026-11-30T00:00:00.000Z');
  });

  it('lets overrides win over each feed, line by line', () => {
    const world = createWorld();
    world.read(0, [row()]);
    world.overrides.set(MODEL, {
      provider: 'openrouter',
      modelName: ID,
      details: { contextTokens: 1_000, abilities: { tools: false } },
      prices: { input: perToken(7) },
    });
    const plan = world.read(2, [row({ context_length: 500_000 }, { prompt: perToken(2), completion: perToken(4.4) })]);
    expect(told(plan, ID)).to.include('context_length: ignored overridden');
    expect(world.catalog().models.get(MODEL)?.details.abilities.tools).to.equal(false);
    expect(told(plan, ID)).to.include('pricing.completion: accepted small');
    // What stands under overrides comes by `sync-models`; until then, and after it, feeds do not touch that line.
    expect(world.pricesOf(ID)).to.deep.equal({ input: perToken(1), output: perToken(4.4) });
  });

  it('keeps what a service tier costs, of which no feed speaks', () => {
    const world = createWorld();
    world.read(0, [row()]);
    const flex = { serviceTier: 'flex', input: perToken(0.5) };
    const common = { modelId: MODEL, source: 'openrouter', at: '2026-11-25T09:00:00.000Z', by: 'test' };
    const prices = { ...world.catalog().models.get(MODEL)?.prices, overrides: [flex] };
    world.append([{ type: 'ModelPriceChanged', data: { ...common, prices } }]);
    expect(world.read(2, [row()]).events).to.deep.equal([]);
    world.overrides.set(MODEL, { provider: 'openrouter', modelName: ID, details: {}, prices: { overrides: [flex] } });
    const tier = { overrides: [{ min_prompt_tokens: 1_000, prompt: perToken(1.1) }] };
    const plan = world.read(4, [row({}, { completion: perToken(4.4), ...tier })]);
    expect(told(plan, ID)).to.include('pricing.completion: accepted small');
    expect(
      world
        .catalog()
        .models.get(MODEL)
        ?.prices?.overrides?.map(({ input }) => input),
    ).to.deep.equal([perToken(1.1), perToken(0.5)]);
  });
});
