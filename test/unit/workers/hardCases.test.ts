// The real cases that a percentage alone gets wrong, USD per million tokens before and after.
import { expect } from 'chai';
import { perToken } from '../../support/feeds.ts';
import { createWorld, opinion, told, typesOf } from './feedWorld.ts';

const at = (input: number, output: number) => ({ input: perToken(input), output: perToken(output) });

const alias = (input: number, output: number, slug: string) => ({
  id: '~anthropic/claude-haiku-latest',
  input,
  output,
  rest: { alias_target: { name: slug, slug } },
});

describe('a price of which the feed says something else by now', () => {
  it('is held when input falls by 99 % and output triples (glm-5.2)', () => {
    const world = createWorld();
    world.read(0, [{ id: 'z-ai/glm-5.2', input: 0.6496, output: 2.0416 }]);
    const plan = world.read(24, [{ id: 'z-ai/glm-5.2', input: 0.0062, output: 6.8 }]);
    expect(told(plan, 'z-ai/glm-5.2')).to.deep.equal([
      'pricing.prompt: held large_unconfirmed',
      'pricing.completion: held large_unconfirmed',
    ]);
    expect(typesOf(plan.events)).to.deep.equal(['ModelChangeHeld']);
    expect(world.pricesOf('z-ai/glm-5.2')).to.deep.equal(at(0.6496, 2.0416));
    expect(plan.alerts.map(({ kind }) => kind)).to.deep.equal(['changes_held']);
    expect(plan.alerts[0]?.message).to.include('input 0.6496 → 0.0062, output 2.0416 → 6.8 USD per million tokens');
  });

  it('is held as long as the author says otherwise (kimi-k3, deepseek-v4.1-flash)', () => {
    for (const [id, before, after, author] of [
      ['moonshotai/kimi-k3', [3, 15], [0.192, 16], [3, 15]],
      ['deepseek/deepseek-v4.1-flash', [0.15, 0.6], [0.006, 0.5], [0.3, 1.2]],
    ] as const) {
      const world = createWorld();
      world.read(0, [{ id, input: before[0], output: before[1] }]);
      world.opinions.set(`openrouter/${id}`, [opinion('genai_prices', author[0], author[1])]);
      for (const hours of [24, 48, 72]) {
        const plan = world.read(hours, [{ id, input: after[0], output: after[1] }]);
        expect(world.pricesOf(id)).to.deep.equal(at(before[0], before[1]));
        expect(typesOf(plan.events)).to.deep.equal(hours === 24 ? ['ModelChangeHeld'] : []);
      }
    }
  });

  it('is believed after equal readings over a day when nobody else knows it (llama-3.3-70b, +610 %)', () => {
    const world = createWorld();
    const id = 'meta-llama/llama-3.3-70b-instruct';
    world.read(0, [{ id, input: 0.1, output: 0.32 }]);
    const held = world.read(24, [{ id, input: 0.71, output: 0.71 }]);
    expect(told(held, id)).to.include('pricing.prompt: held large_unconfirmed');
    for (const hours of [26, 30, 47]) {
      world.read(hours, [{ id, input: 0.71, output: 0.71 }]);
      expect(world.pricesOf(id)).to.deep.equal(at(0.1, 0.32));
    }
    const released = world.read(48, [{ id, input: 0.71, output: 0.71 }]);
    expect(typesOf(released.events)).to.deep.equal(['ModelPriceChanged', 'ModelChangeReleased']);
    expect(told(released, id)).to.deep.equal(['prices: accepted steady']);
    expect(world.pricesOf(id)).to.deep.equal(at(0.71, 0.71));
  });

  it('needs three readings even when the first two are a day apart', () => {
    const world = createWorld();
    world.read(0, [{ id: 'a/b', input: 1, output: 1 }]);
    world.read(1, [{ id: 'a/b', input: 9, output: 9 }]);
    world.read(49, [{ id: 'a/b', input: 9, output: 9 }]);
    expect(world.pricesOf('a/b').input).to.equal(perToken(1));
  });

  it('is taken at once when the direct price is the same (gpt-5.6-sol)', () => {
    const world = createWorld();
    const id = 'openai/gpt-5.6-sol';
    world.read(0, [{ id, input: 2, output: 10 }]);
    world.opinions.set(`openrouter/${id}`, [opinion('genai_prices', 4, 20)]);
    const plan = world.read(24, [{ id, input: 4, output: 20 }]);
    expect(told(plan, id)).to.deep.equal([
      'pricing.prompt: accepted confirmed',
      'pricing.completion: accepted confirmed',
    ]);
    expect(world.pricesOf(id)).to.deep.equal(at(4, 20));
    expect(plan.alerts).to.deep.equal([]);
  });

  it('is nothing of ours when an alias moves to another model (claude-haiku-latest)', () => {
    const world = createWorld();
    world.read(0, [alias(1, 5, 'anthropic/claude-haiku-4.5'), { id: 'a/b' }]);
    const plan = world.read(24, [alias(0.1, 0.5, 'anthropic/claude-haiku-5.5'), { id: 'a/b' }]);
    expect(told(plan, '~anthropic/claude-haiku-latest')).to.have.members([
      'pricing.prompt: ignored alias',
      'pricing.completion: ignored alias',
      'alias_target: ignored alias',
    ]);
    expect(plan.events).to.deep.equal([]);
    expect(world.catalog().models.has('openrouter/~anthropic/claude-haiku-latest')).to.equal(false);
  });

  it('is held when something costs nothing all at once, or a free model something', () => {
    for (const [id, before, after] of [
      ['a/paid', 1, 0],
      ['a/gift:free', 0, 1],
    ] as const) {
      const world = createWorld();
      world.read(0, [{ id, input: before, output: before }]);
      const plan = world.read(24, [{ id, input: after, output: after }]);
      expect(told(plan, id)).to.include('pricing.prompt: held zero_crossing');
      expect(world.pricesOf(id).input).to.equal(perToken(before));
    }
  });

  it('is not zero for a new model that does not call itself free', () => {
    const world = createWorld();
    const plan = world.read(0, [
      { id: 'a/stealth', input: 0, output: 0 },
      { id: 'a/gift:free', input: 0, output: 0 },
    ]);
    expect(told(plan, 'a/stealth')).to.deep.equal(['added: accepted new_model_without_price']);
    expect(world.pricesOf('a/stealth').input).to.equal(undefined);
    expect(world.pricesOf('a/gift:free').input).to.equal('0');
  });
});

describe('a price that goes back', () => {
  it('is followed both ways when it is small, and told once', () => {
    const world = createWorld();
    world.read(0, [{ id: 'a/b', input: 1 }]);
    world.read(2, [{ id: 'a/b', input: 1.2 }]);
    const back = world.read(4, [{ id: 'a/b', input: 1 }]);
    expect(told(back, 'a/b')).to.deep.equal(['pricing.prompt: accepted small']);
    expect(back.alerts.map(({ kind, subject }) => [kind, subject])).to.deep.equal([
      ['price_flapping', 'openrouter/a/b'],
    ]);
  });

  it('is not followed a third time within the day', () => {
    const world = createWorld();
    for (const [hours, input] of [
      [0, 1],
      [2, 1.2],
      [4, 1],
    ] as const)
      world.read(hours, [{ id: 'a/b', input }]);
    const again = world.read(6, [{ id: 'a/b', input: 1.2 }]);
    expect(told(again, 'a/b')).to.deep.equal(['pricing.prompt: held flapping']);
    const back = world.read(8, [{ id: 'a/b', input: 1 }]);
    expect(typesOf(back.events)).to.deep.equal(['ModelChangeReleased']);
    expect(told(back, 'a/b')).to.deep.equal(['pricing.prompt: ignored as_catalog']);
    expect(world.pricesOf('a/b').input).to.equal(perToken(1));
  });

  it('takes its held change with it', () => {
    const world = createWorld();
    world.read(0, [{ id: 'a/b', input: 1 }]);
    world.read(2, [{ id: 'a/b', input: 9 }]);
    const back = world.read(4, [{ id: 'a/b', input: 1 }]);
    expect(back.events.map(({ data }) => ('verdict' in data ? data.verdict : ''))).to.deep.equal(['rejected']);
    expect(world.read(6, [{ id: 'a/b', input: 1 }]).events).to.deep.equal([]);
  });
});
