// The rules of the decision one by one: who may stand, in what order, and what the outcome says of it.
import { expect } from 'chai';
import type { CatalogModel } from '../../../src/domain/catalog.ts';
import type { DecisionInputs, Health } from '../../../src/domain/decision.ts';
import { decide } from '../../../src/routing/decide.ts';
import { deciderOf } from '../../../src/routing/deciders.ts';
import { AT, POLICY, catalogOf, inputs, model } from './routingWorld.ts';

const DAY = 86_400_000;
const cheap = model('google/cheap', { prices: { input: '0.0000001', output: '0.0000004' } });
const middle = model('openai/middle');
const dear = model('anthropic/dear', {
  prices: { input: '0.00001', output: '0.00005' },
  details: { qualityTier: 'frontier' },
});

function run(models: readonly CatalogModel[], asked: DecisionInputs, health: Health = {}) {
  const decision = decide(asked, { catalog: catalogOf(models), policy: POLICY, health });
  const why = new Map(decision.excluded.map(({ modelId, reason }) => [modelId, reason]));
  return { ...decision, why, chain: decision.outcome.chain.map(({ modelId, role }) => `${role} ${modelId}`) };
}

const limitPrompt = (prompt: string) => inputs({ wishes: { maxPrice: { prompt } } });
const ending = (inDays: number) =>
  model('openai/ending', {
    deprecation: { at: new Date(AT + inDays * DAY).toISOString(), reason: 'shut down', source: 'seed' },
  });
const half = (value: number | undefined) => (value === undefined ? undefined : value / 2);

describe('the filter of a decision', () => {
  it('leaves out a model of a provider that is not configured', () => {
    const { why } = run([cheap, middle], inputs({ constraints: { providers: ['openai'] } }));
    expect(why.get('google/cheap')).to.equal('provider_not_configured');
  });

  it('leaves out what neither the org nor the key allows', () => {
    const { why } = run(
      [cheap, middle, dear],
      inputs({ constraints: { orgModels: [cheap.id, middle.id], keyModels: [middle.id] } }),
    );
    expect([...why]).to.have.deep.members([
      [cheap.id, 'not_allowed'],
      [dear.id, 'not_allowed'],
    ]);
  });

  it('leaves out a model or a whole provider whose breaker is open', () => {
    expect(run([cheap, middle], inputs({ openBreakers: [cheap.id] })).why.get(cheap.id)).to.equal('breaker_open');
    expect(run([cheap, middle], inputs({ openBreakers: ['google'] })).why.get(cheap.id)).to.equal('breaker_open');
  });

  it('does not choose a model whose tool use is not known, and lets a caller name it', () => {
    const unsure = model('groq/unsure', { details: { abilities: {} } });
    const tools = { needs: { tools: true, vision: false, jsonMode: false, jsonSchema: false, streaming: false } };
    expect(run([unsure], inputs({ features: tools })).why.get(unsure.id)).to.equal('lacks_tools');
    expect(run([unsure], inputs({ features: tools, wishes: { models: [unsure.id] } })).chain).to.deep.equal([
      `named ${unsure.id}`,
    ]);
  });

  it('does not call a model without tools even when it is named', () => {
    const without = model('groq/without', { details: { abilities: { tools: false } } });
    const tools = { needs: { tools: true, vision: false, jsonMode: false, jsonSchema: false, streaming: false } };
    expect(run([without], inputs({ features: tools, wishes: { models: [without.id] } })).why.get(without.id)).to.equal(
      'lacks_tools',
    );
  });

  it('sends tools to models of another interface, with the thinking that is wanted; its first version did not', () => {
    const details = { efforts: ['none', 'low', 'high'] as const };
    const elsewhere = model('openai/elsewhere', {
      details: { ...details, efforts: [...details.efforts], toolsThrough: 'responses' },
    });
    const barred = model('openai/barred', {
      details: { ...details, efforts: [...details.efforts], toolsThrough: 'chat_without_reasoning' },
    });
    const tools = { needs: { tools: true, vision: false, jsonMode: false, jsonSchema: false, streaming: false } };
    const asked = inputs({ features: tools, wishes: { effort: 'high' } });
    expect(run([elsewhere], asked).candidates[0]?.effort).to.equal('high');
    expect(run([barred], asked).candidates[0]?.effort).to.equal('high');
    const first = (one: typeof barred) =>
      deciderOf(1)(asked, { catalog: catalogOf([one]), policy: POLICY, health: {} });
    expect(first(elsewhere).excluded).to.deep.equal([{ modelId: elsewhere.id, reason: 'lacks_tools' }]);
    expect(first(barred).candidates[0]?.effort).to.equal('none');
  });

  it('leaves out what a required parameter or effort would not count on', () => {
    const groq = model('groq/fast');
    const never = model('openai/never', { details: { samplingParams: 'never' } });
    const low = model('openai/low', { details: { efforts: ['low'] } });
    const all = [groq, never, low];
    const ask = (parameters: string[], wishes: object = {}) =>
      run(all, inputs({ features: { parameters }, wishes: { requireParameters: true, ...wishes } })).why;
    expect(Object.fromEntries(ask(['logprobs']))).to.deep.equal({
      'groq/fast': 'lacks_parameter',
      'openai/never': 'lacks_parameter',
    });
    expect(Object.fromEntries(ask(['seed']))).to.deep.equal({});
    expect(ask([], { effort: 'high' }).get(low.id)).to.equal('effort_unsupported');
    expect(run(all, inputs({ features: { parameters: ['logprobs'] } })).why.size).to.equal(0);
  });

  it('leaves out a context or an output that is too short', () => {
    const short = model('groq/short', { details: { contextTokens: 4_000, maxOutputTokens: 1_000 } });
    expect(run([short], inputs({ features: { inputTokens: 5_000 } })).why.get(short.id)).to.equal('context_too_short');
    expect(run([short], inputs({ wishes: { maxTokens: 2_000 } })).why.get(short.id)).to.equal('output_too_short');
  });

  it('does not choose a model without a known price, and lets a caller name it unless the cost is limited', () => {
    const unpriced = model('openrouter/unpriced', { prices: undefined });
    expect(run([unpriced], inputs()).why.get(unpriced.id)).to.equal('price_unknown');
    const named = run([unpriced], inputs({ wishes: { models: [unpriced.id] } }));
    expect(named.chain).to.deep.equal([`named ${unpriced.id}`]);
    expect(named.candidates[0]?.estimatedCostUsd).to.equal(null);
    const limited = run([unpriced], inputs({ wishes: { models: [unpriced.id], maxCostUsd: '1' } }));
    expect(limited.why.get(unpriced.id)).to.equal('price_unknown');
  });

  it('lets the estimate meet max_cost exactly, and not pass it by a pico-dollar', () => {
    const asked = { models: [middle.id], maxTokens: 100 };
    const cost = run([middle], inputs({ wishes: asked })).candidates[0]?.estimatedCostUsd;
    expect(cost).to.equal('0.0009');
    expect(run([middle], inputs({ wishes: { ...asked, maxCostUsd: '0.0009' } })).chain).to.have.lengthOf(1);
    expect(run([middle], inputs({ wishes: { ...asked, maxCostUsd: '0.000899999999' } })).why.get(middle.id)).to.equal(
      'over_max_cost',
    );
  });

  it('compares max_price per million tokens without a float', () => {
    expect(run([middle], limitPrompt('1')).chain).to.have.lengthOf(1);
    expect(run([middle], limitPrompt('0.999999999999')).why.get(middle.id)).to.equal('over_max_price');
  });

  it('prices a prompt at its tier', () => {
    const tiered = model('openai/tiered', {
      prices: { input: '0.000001', output: '0.000001', overrides: [{ minPromptTokens: 1_000, input: '0.000002' }] },
    });
    const at = (inputTokens: number) => run([tiered], inputs({ features: { inputTokens }, wishes: { maxTokens: 1 } }));
    expect(at(1_000).candidates[0]?.estimatedCostUsd).to.equal('0.001001');
    expect(at(1_001).candidates[0]?.estimatedCostUsd).to.equal('0.002003');
  });

  it('calls a model by name until its shutdown has come, and chooses it by itself no more once that is announced', () => {
    const named = inputs({ wishes: { models: ['openai/ending'] } });
    expect(run([ending(1)], named).chain).to.have.lengthOf(1);
    expect(run([ending(-1)], named).why.get('openai/ending')).to.equal('deprecated');
    expect(run([ending(1)], inputs()).why.get('openai/ending')).to.equal('deprecated');
  });

  it('calls a disabled model neither by itself nor by name', () => {
    const off = model('openai/off', { details: { enabled: false } });
    expect(run([off], inputs()).why.get(off.id)).to.equal('disabled');
    expect(run([off], inputs({ wishes: { models: [off.id] } })).why.get(off.id)).to.equal('disabled');
  });
});

describe('the order of a decision', () => {
  it('chains the winner, the best one of another provider and the cheapest, all different', () => {
    const second = model('google/second', { prices: { input: '0.0000002', output: '0.0000008' } });
    const { chain } = run([cheap, second, middle, dear], inputs());
    expect(chain).to.deep.equal([`primary ${cheap.id}`, `backup ${middle.id}`, `cheapest ${second.id}`]);
    expect(run([cheap, middle], inputs({ wishes: { fallback: false } })).chain).to.deep.equal([`primary ${cheap.id}`]);
  });

  it('follows an explicit chain in its order', () => {
    const asked = inputs({ wishes: { models: [dear.id, cheap.id] } });
    expect(run([cheap, middle, dear], asked).chain).to.deep.equal([`named ${dear.id}`, `named ${cheap.id}`]);
  });

  it('puts the providers of the given order first, and price before the score when sorting by it', () => {
    expect(run([cheap, middle], inputs({ wishes: { order: ['openai'] } })).candidates[0]?.modelId).to.equal(middle.id);
    const floorless = inputs({ wishes: { priority: 'cheap', sort: 'price' } });
    expect(run([dear, middle, cheap], floorless).candidates.map(({ modelId }) => modelId)).to.deep.equal([
      cheap.id,
      middle.id,
      dear.id,
    ]);
  });

  it('drops what is below the quality floor only while something is above it', () => {
    const tiny = model('groq/tiny', { details: { qualityTier: 'tiny' } });
    expect(run([tiny, middle], inputs()).why.get(tiny.id)).to.equal('quality_floor');
    expect(run([tiny], inputs()).chain).to.deep.equal([`primary ${tiny.id}`]);
  });

  it('breaks ties by the seed, alike for the same seed and spread over several', () => {
    const twins = ['openai/a', 'openai/b', 'openai/c'].map((id) => model(id));
    const winner = (seed: string) => run(twins, inputs({ seed })).candidates[0]?.modelId;
    expect(winner('x')).to.equal(winner('x'));
    expect(new Set(Array.from({ length: 60 }, (_, seed) => winner(`${seed}`))).size).to.equal(3);
  });

  it('believes its own latency only once there are enough samples', () => {
    const slow = { firstTokenMs: 60_000, tokensPerSecond: 1, errorRate: 0 };
    const after = (samples: number) => run([middle], inputs(), { [middle.id]: { ...slow, samples } }).candidates[0];
    expect(after(POLICY.health.minSamples - 1)?.notes).to.include('latency:assumed');
    expect(after(POLICY.health.minSamples)?.expectedLatencyMs).to.be.above(60_000);
  });
});

describe('the quality in a decision', () => {
  const generation = {
    id: 'g',
    source: 's',
    indexVersion: '1',
    asOf: '2026-11-01',
    scale: { intelligence: { low: 10, high: 50 }, coding: { low: 0, high: 100 } },
  };
  const rated = model('openai/rated', {
    ratings: [
      { effort: 'low', intelligence: 30, coding: 80 },
      { effort: 'high', intelligence: 40 },
    ],
    details: { efforts: ['low', 'high'] },
  });
  const judge = (asked: DecisionInputs) =>
    decide(asked, { catalog: catalogOf([rated], generation), policy: POLICY, health: {} }).candidates[0];

  it('lies on the scale of the generation, at the effort that is sent', () => {
    expect(judge(inputs({ wishes: { effort: 'low' } }))?.parts.quality).to.equal(0.5);
    expect(judge(inputs({ wishes: { effort: 'high' } }))?.parts.quality).to.equal(0.75);
  });

  it('is that of the coding index for coding, and of another effort, said so, where this one has none', () => {
    const candidate = judge(inputs({ features: { taskType: 'coding' }, wishes: { effort: 'high' } }));
    expect(candidate?.parts.quality).to.equal(0.8);
    expect(candidate?.notes).to.include('other_effort');
  });

  it('does not move when the feed is re-based', () => {
    const rebased = {
      ...rated,
      ratings: rated.ratings.map((one) => ({ ...one, intelligence: half(one.intelligence) ?? 0 })),
    };
    const scale = { ...generation.scale, intelligence: { low: 5, high: 25 } };
    const after = decide(inputs(), {
      catalog: catalogOf([rebased], { ...generation, scale }),
      policy: POLICY,
      health: {},
    });
    expect(after.candidates[0]?.score).to.equal(judge(inputs())?.score);
  });
});

describe('the baseline and the sentence of a decision', () => {
  it('is what `best` would have taken, whatever the caller wants to pay', () => {
    const { outcome } = run([cheap, middle, dear], inputs({ wishes: { priority: 'cheap', maxCostUsd: '0.001' } }));
    expect(outcome.baseline).to.include({ modelId: dear.id, source: 'best' });
  });

  it("is the org's own model where it has one", () => {
    const { outcome } = run([cheap, middle, dear], inputs({ constraints: { baselineModel: middle.id } }));
    expect(outcome.baseline).to.include({ modelId: middle.id, source: 'org' });
  });

  it('says who was chosen for what, and against what, or why nobody could be', () => {
    const { reason } = run([cheap, dear], inputs()).outcome;
    expect(reason)
      .to.contain(`${cheap.id} was chosen for chat (confidence 0.90)`)
      .and.contain(`of the baseline ${dear.id}`);
    expect(run([cheap], inputs({ constraints: { providers: [] } })).outcome.reason).to.contain(
      '1 × provider_not_configured',
    );
  });

  describe('a model that was named', () => {
    const weak = model('groq/weak', { details: { qualityTier: 'tiny', efforts: ['none', 'low', 'high'] } });
    const strong = model('openai/strong', { details: { qualityTier: 'frontier', efforts: ['low', 'high'] } });

    it('is taken in its place, however little it is thought of; the first version left it out', () => {
      const asked = inputs({ wishes: { models: [weak.id, strong.id], priority: 'best' } });
      expect(run([strong, weak], asked).chain).to.deep.equal([`named ${weak.id}`, `named ${strong.id}`]);
      const first = deciderOf(1)(asked, { catalog: catalogOf([strong, weak]), policy: POLICY, health: {} });
      expect(first.outcome.chain.map(({ modelId }) => modelId)).to.deep.equal([strong.id]);
    });

    it('is sent no effort that nobody asked for, and the one that was', () => {
      expect(run([strong], inputs({ wishes: { models: [strong.id] } })).outcome.chain[0]).to.not.have.property(
        'effort',
      );
      const asked = inputs({ wishes: { models: [strong.id], effort: 'high' } });
      expect(run([strong], asked).outcome.chain[0]?.effort).to.equal('high');
    });
  });
});
