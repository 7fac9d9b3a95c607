// How good a model is for a task, 0..1, on the scale of the one rating generation that is active. Pure.
import type { CatalogModel, Rating, RatingGeneration, RatingIndex, TaskType } from '../domain/catalog.ts';
import { EFFORTS, type Effort } from '../domain/chat.ts';
import type { Policy } from '../domain/policy.ts';
import { blendedUsdPerMillion } from './modelCost.ts';

export type Judged = { readonly quality: number; readonly notes: readonly string[] };

export function judgeQuality(
  model: CatalogModel,
  taskType: TaskType,
  effort: Effort | undefined,
  generation: RatingGeneration | undefined,
  policy: Policy,
): Judged {
  const rated = generation && rateOn(model, taskType, effort, generation);
  if (rated) return { ...rated, quality: clamp(rated.quality * model.details.qualityWeight) };
  const tier = model.details.qualityTier;
  const assumed = tier ?? bandOf(model, policy);
  const note = tier ? 'quality:tier' : 'quality:price_band';
  // What nobody has rated stays between the lowest and the highest tier, whatever its weight: never 0, never 1.
  const { tiny, frontier } = policy.tierQuality;
  const weighted = policy.tierQuality[assumed] * model.details.qualityWeight;
  return { quality: Math.min(frontier, Math.max(tiny, weighted)), notes: [note] };
}

/** The tier that a model's price suggests; the lowest band when not even the price is known. */
export function bandOf(model: CatalogModel, policy: Policy): keyof Policy['tierQuality'] {
  const price = blendedUsdPerMillion(model);
  const band =
    price === undefined
      ? policy.priceBands[0]
      : policy.priceBands.find(({ belowUsdPerMillion }) => belowUsdPerMillion === null || price < belowUsdPerMillion);
  return (band ?? policy.priceBands[policy.priceBands.length - 1])?.tier ?? 'small';
}

function rateOn(
  model: CatalogModel,
  taskType: TaskType,
  effort: Effort | undefined,
  generation: RatingGeneration,
): Judged | undefined {
  const wanted: RatingIndex = taskType === 'coding' ? 'coding' : taskType === 'agent_step' ? 'agentic' : 'intelligence';
  for (const index of wanted === 'intelligence' ? [wanted] : [wanted, 'intelligence' as const]) {
    const scale = generation.scale[index];
    const rating = nearestRating(model.ratings, effort, index);
    const value = rating?.[index];
    if (!scale || scale.high <= scale.low || rating === undefined || value === undefined) continue;
    return {
      quality: clamp((value - scale.low) / (scale.high - scale.low)),
      notes: rating.effort === effort ? [] : ['other_effort'],
    };
  }
  return undefined;
}

/** The rating at that effort, else the nearest effort that has one; of two as near, the lower. */
export function nearestRating(
  ratings: readonly Rating[],
  effort: Effort | undefined,
  key: keyof Rating,
): Rating | undefined {
  let best: Rating | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const rating of ratings) {
    if (rating[key] === undefined) continue;
    const distance = distanceOf(rating.effort, effort);
    if (distance < bestDistance) {
      best = rating;
      bestDistance = distance;
    }
  }
  return best;
}

function distanceOf(a: Effort | undefined, b: Effort | undefined): number {
  if (a === b) return 0;
  return Math.abs(EFFORTS.indexOf(a ?? 'none') - EFFORTS.indexOf(b ?? 'none')) + 0.5;
}

export function clamp(value: number): number {
  return Math.min(1, Math.max(0, value));
}
