// What must hold of every decision, whatever the catalog and the request.
import { expect } from 'chai';
import * as fc from 'fast-check';
import { parseUsd } from '../../../src/domain/money.ts';
import { decide, digestDecision } from '../../../src/routing/decide.ts';
import { POLICY, anyInputs, catalogOf, catalogs, inputs, model } from './routingWorld.ts';

const context = (models: Parameters<typeof catalogOf>[0]) => ({
  catalog: catalogOf(models),
  policy: POLICY,
  health: {},
});

describe('a decision', () => {
  it('is the same for the same input, in whatever order the catalog lists its models', () => {
    fc.assert(
      fc.property(catalogs, anyInputs, (models, asked) => {
        const first = decide(asked, context(models)).outcome;
        expect(decide(structuredClone(asked), context(structuredClone([...models].reverse()))).outcome).to.deep.equal(
          first,
        );
      }),
    );
  });

  it('keeps its winner when a dearer, slower, worse model is added', () => {
    fc.assert(
      fc.property(catalogs, anyInputs, (models, asked) => {
        const before = decide(asked, context(models));
        const [winner] = before.candidates;
        fc.pre(winner !== undefined);
        const twin = models.find(({ id }) => id === winner?.modelId);
        if (!twin?.prices?.input || !twin.prices.output) throw new Error('a winner has prices');
        // Without a tier of its own a dearer model would be taken for a better one.
        fc.pre(twin.details.qualityTier !== undefined);
        const worse = {
          ...twin,
          id: `${twin.id}-worse`,
          modelName: `${twin.modelName}-worse`,
          prices: { input: `${twin.prices.input}1`, output: `${twin.prices.output}1` },
          details: { ...twin.details, qualityWeight: twin.details.qualityWeight / 2 },
        };
        const slow = { samples: 1_000, firstTokenMs: 60_000, tokensPerSecond: 1, errorRate: 0 };
        const after = decide(asked, { ...context([...models, worse]), health: { [worse.id]: slow } });
        expect(after.candidates[0]?.modelId).to.equal(winner?.modelId);
      }),
      { numRuns: 300 },
    );
  });

  it('never estimates a chosen model above max_cost', () => {
    fc.assert(
      fc.property(catalogs, anyInputs, (models, asked) => {
        const limit = asked.wishes.maxCostUsd;
        fc.pre(limit !== undefined);
        for (const { estimatedCostUsd } of decide(asked, context(models)).candidates) {
          expect(estimatedCostUsd).to.be.a('string');
          expect(parseUsd(estimatedCostUsd ?? '') <= parseUsd(limit ?? '0')).to.equal(true);
        }
      }),
    );
  });

  it('never chains a model that is not known to have a needed ability', () => {
    fc.assert(
      fc.property(catalogs, anyInputs, (models, asked) => {
        const { tools, vision, jsonSchema } = asked.features.needs;
        for (const { modelId } of decide(asked, context(models)).outcome.chain) {
          const abilities = models.find(({ id }) => id === modelId)?.details.abilities;
          if (tools) expect(abilities?.tools, modelId).to.equal(true);
          if (vision) expect(abilities?.vision, modelId).to.equal(true);
          if (jsonSchema) expect(abilities?.jsonSchema, modelId).to.equal(true);
        }
      }),
    );
  });

  it('gives every model of the catalog exactly one fate, and chains distinct candidates only', () => {
    fc.assert(
      fc.property(catalogs, anyInputs, (models, asked) => {
        const { candidates, excluded, outcome } = decide(asked, context(models));
        const ids = [...candidates, ...excluded].map(({ modelId }) => modelId).sort();
        expect(ids).to.deep.equal(models.map(({ id }) => id).sort());
        const chained = outcome.chain.map(({ modelId }) => modelId);
        expect(new Set(chained).size).to.equal(chained.length);
        expect(candidates.map(({ modelId }) => modelId)).to.include.members(chained);
        if (!asked.wishes.fallback) expect(chained.length).to.be.at.most(1);
      }),
    );
  });

  it('keeps every score and every part of it within 0..1', () => {
    fc.assert(
      fc.property(catalogs, anyInputs, (models, asked) => {
        for (const { score, parts } of decide(asked, context(models)).candidates) {
          for (const value of [score, ...Object.values(parts)]) expect(value).to.be.within(0, 1);
        }
      }),
    );
  });

  it('takes a model that nobody has rated for neither the best nor the worst', () => {
    const unrated = fc.record({ weight: fc.double({ min: 0.01, max: 2, noNaN: true }), known: fc.boolean() });
    fc.assert(
      fc.property(unrated, ({ weight, known }) => {
        const built = model('openai/a', { details: { qualityWeight: weight, qualityTier: 'frontier' } });
        const { qualityTier: _tier, ...details } = built.details;
        const one = known ? built : { ...built, details };
        const [candidate] = decide(inputs(), context([one])).candidates;
        expect(candidate?.parts.quality).to.be.above(0).and.below(1);
      }),
    );
  });

  it('has another digest when any score or any exclusion differs', () => {
    fc.assert(
      fc.property(catalogs, anyInputs, fc.nat(), (models, asked, pick) => {
        const { candidates, excluded, outcome } = decide(asked, context(models));
        expect(digestDecision(candidates, excluded)).to.equal(outcome.decisionDigest);
        const changed = candidates.map((one, place) =>
          place === pick % Math.max(1, candidates.length) ? { ...one, score: one.score + 1e-9 } : one,
        );
        if (candidates.length > 0) expect(digestDecision(changed, excluded)).to.not.equal(outcome.decisionDigest);
        const dropped = excluded.slice(1);
        if (excluded.length > 0) expect(digestDecision(candidates, dropped)).to.not.equal(outcome.decisionDigest);
      }),
    );
  });
});
