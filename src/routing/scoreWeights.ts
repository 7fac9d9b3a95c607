// How much each part counts in the score of a request, in all 1: for showing a score, not for making one. Pure.
import type { ScoreParts, Wishes } from '../domain/decision.ts';
import type { Policy } from '../domain/policy.ts';

export function scoreWeights(policy: Policy, { latencyPref, priority }: Wishes): ScoreParts {
  const { cost, latency, task } = policy.weights[latencyPref];
  const quality = policy.qualityShare[priority];
  return { cost: (1 - quality) * cost, latency: (1 - quality) * latency, task: (1 - quality) * task, quality };
}
