// How long an answer would take on a model: our own measurements once there are enough, else the feed's, else the tier's. Pure.
import type { CatalogModel } from '../domain/catalog.ts';
import type { Effort } from '../domain/chat.ts';
import type { Health } from '../domain/decision.ts';
import type { Policy } from '../domain/policy.ts';
import { bandOf, nearestRating } from './quality.ts';

export type Expected = { readonly latencyMs: number; readonly notes: readonly string[] };

export function expectLatency(
  model: CatalogModel,
  effort: Effort | undefined,
  outputTokens: number,
  health: Health,
  policy: Policy,
): Expected {
  const measured = health[model.id];
  if (
    measured &&
    measured.samples >= policy.health.minSamples &&
    measured.firstTokenMs !== undefined &&
    measured.tokensPerSecond !== undefined
  ) {
    return {
      latencyMs: total(measured.firstTokenMs, measured.tokensPerSecond, outputTokens),
      notes: ['latency:measured'],
    };
  }
  const rating = nearestRating(model.ratings, effort, 'firstTokenMs');
  if (rating?.firstTokenMs !== undefined && rating.tokensPerSecond !== undefined) {
    const notes = rating.effort === effort ? [] : ['other_effort'];
    return { latencyMs: total(rating.firstTokenMs, rating.tokensPerSecond, outputTokens), notes };
  }
  const { firstTokenMs, tokensPerSecond } = policy.assumedLatency[model.details.qualityTier ?? bandOf(model, policy)];
  return { latencyMs: total(firstTokenMs, tokensPerSecond, outputTokens), notes: ['latency:assumed'] };
}

function total(firstTokenMs: number, tokensPerSecond: number, outputTokens: number): number {
  return Math.round(firstTokenMs + (outputTokens / tokensPerSecond) * 1_000);
}
