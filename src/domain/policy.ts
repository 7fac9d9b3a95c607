// The routing policy, config/routing.yaml as published in `policy-main`. All figures of the decision live there and
// nowhere else.
import { z } from 'zod';
import { Effort } from './chat.ts';
import { QUALITY_TIERS, TASK_TYPES } from './catalog.ts';
import { PRIORITIES } from './decision.ts';

const share = z.number().min(0).max(1);
const positive = z.number().positive();
const byTask = z.record(z.enum(TASK_TYPES), z.int().positive());
const byTier = <T extends z.ZodType>(value: T) => z.record(z.enum(QUALITY_TIERS), value);
const weights = z
  .strictObject({ cost: share, latency: share, task: share })
  .refine((w) => Math.abs(w.cost + w.latency + w.task - 1) < 1e-9, 'cost, latency and task must add up to 1');

const ms = z.int().positive();
/** Of one provider call. `wholeMs` is for a whole answer, `streamMs` for a streamed one from its first byte to its last. */
export const Timeouts = z.strictObject({
  connectMs: ms,
  firstTokenMs: ms,
  idleMs: ms,
  wholeMs: ms,
  streamMs: ms,
});
export type Timeouts = z.infer<typeof Timeouts>;
const SomeTimeouts = z.strictObject({
  connectMs: ms.optional(),
  firstTokenMs: ms.optional(),
  idleMs: ms.optional(),
  wholeMs: ms.optional(),
  streamMs: ms.optional(),
});

export const Policy = z.strictObject({
  label: z.string().min(1).max(80),
  weights: z.strictObject({ normal: weights, fast: weights }),
  /** k of the score: the share of quality in it. */
  qualityShare: z.record(z.enum(PRIORITIES), share),
  /** A part is anchor / (anchor + x): 0.5 at the anchor, whatever the other candidates are. */
  anchors: z.strictObject({ costUsd: positive, latencyMs: positive }),
  taskMatch: z.strictObject({ match: share, other: share }),
  /** p90 of output tokens by task type, used when the caller sets no limit. */
  expectedOutputTokens: byTask,
  /** Normalised quality of a tier, for models without a rating. */
  tierQuality: byTier(share),
  /** Tier of a model that has neither rating nor tier, by its blended price (3 input : 1 output) in USD per million. */
  priceBands: z.array(z.strictObject({ belowUsdPerMillion: positive.nullable(), tier: z.enum(QUALITY_TIERS) })).min(1),
  /** Least quality that each priority accepts, 0 = any. Candidates below it leave unless none would remain. */
  qualityFloor: z.record(z.enum(PRIORITIES), share),
  /** Context window of a model whose own is not known. */
  assumedContextTokens: z.int().positive(),
  assumedLatency: byTier(z.strictObject({ firstTokenMs: positive, tokensPerSecond: positive })),
  effort: z.record(z.enum(PRIORITIES), Effort),
  /** Extra output tokens that thinking at an effort takes, as a multiple of the visible output. */
  effortOutputFactor: z.record(Effort, z.number().min(1)),
  health: z.strictObject({ minSamples: z.int().positive(), windowSec: z.int().positive() }),
  fallback: z.strictObject({
    retriesPerModel: z.int().min(0).max(5),
    backoffBaseMs: z.int().positive(),
    backoffMaxMs: z.int().positive(),
  }),
  /** `own` changes them for a provider (`groq`) or for one model (`openai/gpt-6-astra`, which wins over its provider). */
  timeouts: z.strictObject({ normal: Timeouts, reasoning: Timeouts, own: z.record(z.string(), SomeTimeouts) }),
  /** A model or provider that fails that much is left alone for a while, longer each time, then tried by one request. */
  breaker: z.strictObject({
    minSamples: z.int().positive(),
    failureShare: share,
    windowSec: positive,
    openSec: positive,
    openMaxSec: positive,
  }),
  baseline: z.strictObject({ modelId: z.string().nullable() }),
});
export type Policy = z.infer<typeof Policy>;

export type PublishedPolicy = { readonly version: number; readonly policy: Policy };
