// The weights that are shown beside a score are those that made it.
import { expect } from 'chai';
import { LatencyPref, PRIORITIES } from '../../../src/domain/decision.ts';
import { decide } from '../../../src/routing/decide.ts';
import { scoreWeights } from '../../../src/routing/scoreWeights.ts';
import { POLICY, catalogOf, inputs, model } from './routingWorld.ts';

describe('the weights of a score', () => {
  for (const priority of PRIORITIES) {
    for (const latencyPref of LatencyPref.options) {
      it(`make the score of a candidate out of its parts (${priority}, ${latencyPref})`, () => {
        const asked = inputs({ wishes: { priority, latencyPref } });
        const { candidates } = decide(asked, { catalog: catalogOf([model('openai/a')]), policy: POLICY, health: {} });
        const [{ parts, score } = { parts: undefined, score: 0 }] = candidates;
        const weights = scoreWeights(POLICY, asked.wishes);
        const { cost = 0, latency = 0, task = 0, quality = 0 } = parts ?? {};
        expect(
          weights.cost * cost + weights.latency * latency + weights.task * task + weights.quality * quality,
        ).to.be.closeTo(score, 1e-8);
        expect(weights.cost + weights.latency + weights.task + weights.quality).to.be.closeTo(1, 1e-9);
      });
    }
  }
});
