// What the third version of the decision does with what callers name and prefer, and that the second does not.
import { expect } from 'chai';
import type { CatalogModel } from '../../../src/domain/catalog.ts';
import type { DecisionInputs } from '../../../src/domain/decision.ts';
import { deciderOf } from '../../../src/routing/deciders.ts';
import { POLICY, catalogOf, inputs, model } from './routingWorld.ts';

const poor = model('groq/poor', { details: { qualityTier: 'tiny' } });
const good = model('openai/good');
const best = model('anthropic/best', { details: { qualityTier: 'frontier' } });
const all = [poor, good, best];

function decided(version: number, asked: DecisionInputs, models: readonly CatalogModel[] = all) {
  const decision = deciderOf(version)(asked, { catalog: catalogOf(models), policy: POLICY, health: {} });
  return {
    chain: decision.outcome.chain.map(({ modelId, role }) => `${role} ${modelId}`),
    why: Object.fromEntries(decision.excluded.map(({ modelId, reason }) => [modelId, reason])),
    reason: decision.outcome.reason,
    costs: Object.fromEntries(decision.candidates.map(({ modelId, estimatedCostUsd }) => [modelId, estimatedCostUsd])),
  };
}

describe('a named model with a fallback', () => {
  const asked = inputs({ wishes: { models: [poor.id], fallback: true } });

  it('comes first, and is followed by what the router would choose', () => {
    const { chain, reason } = decided(3, asked);
    expect(chain[0]).to.equal(`named ${poor.id}`);
    expect(chain.slice(1).toSorted()).to.deep.equal([`backup ${best.id}`, `cheapest ${good.id}`].toSorted());
    expect(reason).to.equal(`${poor.id} was named by the caller.`);
    expect(decided(2, asked).chain).to.deep.equal([`named ${poor.id}`]);
  });

  it('is replaced when it cannot answer, and the reason says by what', () => {
    const broken = inputs({ wishes: { models: [poor.id], fallback: true }, openBreakers: [poor.id] });
    const { chain, why, reason } = decided(3, broken);
    expect(why).to.deep.equal({ [poor.id]: 'breaker_open' });
    expect(chain[0]).to.match(/^primary (openai\/good|anthropic\/best)$/);
    expect(reason).to.include('was chosen');
  });

  it('has none without being asked, and holds what follows to the floor', () => {
    expect(decided(3, inputs({ wishes: { models: [poor.id], fallback: false } })).chain).to.deep.equal([
      `named ${poor.id}`,
    ]);
    const worse = model('google/worse', { details: { qualityTier: 'tiny' } });
    const wishes = { models: [good.id], fallback: true, priority: 'best' as const };
    expect(decided(3, inputs({ wishes }), [worse, good, best]).why).to.include({ [worse.id]: 'quality_floor' });
  });
});

describe('a preferred provider', () => {
  it('comes first although its models are below the floor of quality', () => {
    const asked = inputs({ wishes: { order: ['groq'], priority: 'best' } });
    expect(decided(3, asked).chain[0]).to.equal(`primary ${poor.id}`);
    expect(decided(2, asked).chain[0]).to.not.include(poor.id);
  });
});

describe('an open breaker', () => {
  it('is the reason only where the model would have been able', () => {
    const asked = inputs({ wishes: { maxCostUsd: '0.000000000001' }, openBreakers: all.map(({ id }) => id) });
    expect(new Set(Object.values(decided(3, asked).why))).to.deep.equal(new Set(['over_max_cost']));
    expect(new Set(Object.values(decided(2, asked).why))).to.deep.equal(new Set(['breaker_open']));
  });
});

describe('several answers', () => {
  it('are all in the estimate, where the vendor gives them', () => {
    const one = decided(3, inputs({ features: { inputTokens: 0 } })).costs;
    const four = decided(3, inputs({ features: { inputTokens: 0, answers: 4 } })).costs;
    expect(Number(four[good.id])).to.be.closeTo(4 * Number(one[good.id]), 1e-12);
    expect(four[best.id]).to.equal(one[best.id]);
  });
});

describe('a named model’s own limit', () => {
  const short = model('openai/short', { details: { maxOutputTokens: 1_000 } });
  it('clips what was asked for; one that we choose must be able to give it', () => {
    const named = inputs({ wishes: { models: [short.id], maxTokens: 5_000 } });
    expect(decided(3, named, [short]).chain).to.deep.equal([`named ${short.id}`]);
    expect(decided(2, named, [short]).why).to.deep.equal({ [short.id]: 'output_too_short' });
    expect(decided(3, inputs({ wishes: { maxTokens: 5_000 } }), [short]).why).to.deep.equal({
      [short.id]: 'output_too_short',
    });
  });
});
