// The inputs and the outcome of a routing decision, in the form in which events keep them. Every field that `decide` reads
// is here: what is not recorded cannot be replayed.
import { z } from 'zod';
import { Effort } from './chat.ts';
import { TaskType } from './catalog.ts';

/** What the request is, read from its messages by a versioned describer; never its content. */
export const Features = z.object({
  taskType: TaskType,
  /** 0..1, how sure the describer is of the task type. */
  confidence: z.number(),
  /** Estimated prompt tokens, and the part of it that are images. */
  inputTokens: z.int().nonnegative(),
  imageCount: z.int().nonnegative(),
  messageCount: z.int().nonnegative(),
  /** How many answers were asked for, when more than one. */
  answers: z.int().positive().optional(),
  language: z.string().optional(),
  /** Named signals that were found, at most eight, for the explanation. */
  signals: z.array(z.string()).max(8),
  /** Parameters that were set, where the caller requires them to count. */
  parameters: z.array(z.string()).max(16).optional(),
  needs: z.object({
    tools: z.boolean(),
    vision: z.boolean(),
    jsonMode: z.boolean(),
    jsonSchema: z.boolean(),
    streaming: z.boolean(),
  }),
});
export type Features = z.infer<typeof Features>;

export const PRIORITIES = ['cheap', 'balanced', 'best'] as const;
export const Priority = z.enum(PRIORITIES);
export type Priority = z.infer<typeof Priority>;

export const LatencyPref = z.enum(['fast', 'normal']);
export type LatencyPref = z.infer<typeof LatencyPref>;

const names = z.array(z.string().max(200)).max(32);

/** The caller's wishes. Prices in `maxPrice` are USD per million tokens, as OpenRouter's `provider.max_price`. */
export const Wishes = z.object({
  priority: Priority,
  latencyPref: LatencyPref,
  /** USD, exact decimal text. */
  maxCostUsd: z.string().optional(),
  maxTokens: z.int().positive().optional(),
  effort: Effort.optional(),
  /** An explicit chain, model ids in order; empty = the router chooses. */
  models: names,
  fallback: z.boolean(),
  order: names.optional(),
  only: names.optional(),
  ignore: names.optional(),
  requireParameters: z.boolean().optional(),
  sort: z.enum(['price', 'throughput', 'latency']).optional(),
  maxPrice: z.object({ prompt: z.string().optional(), completion: z.string().optional() }).optional(),
  deadlineMs: z.int().positive().optional(),
});
export type Wishes = z.infer<typeof Wishes>;

/** Our own limits on the decision. Null lists = everything allowed. */
export const Constraints = z.object({
  providers: z.array(z.string()).max(8),
  orgModels: names.nullable(),
  keyModels: names.nullable(),
  /** The org's own baseline model, else null: what `best` would have chosen. */
  baselineModel: z.string().nullable(),
});
export type Constraints = z.infer<typeof Constraints>;

/** Room for stickiness: the session that a request belongs to, what answered it last and what is cached there. */
export const Session = z.object({
  id: z.string().max(256),
  previousModel: z.string().nullable(),
  cachedTokens: z.int().nonnegative().nullable(),
});
export type Session = z.infer<typeof Session>;

/** What one web process measured of a model, in a sliding window. */
export const HealthFigure = z.object({
  samples: z.int().nonnegative(),
  firstTokenMs: z.number().nonnegative().optional(),
  tokensPerSecond: z.number().positive().optional(),
  /** 0..1 of attempts that failed on the provider's side. */
  errorRate: z.number(),
});
export type HealthFigure = z.infer<typeof HealthFigure>;
export type Health = { readonly [modelId: string]: HealthFigure };

export const EXCLUSIONS = [
  'disabled',
  'not_named',
  'not_allowed',
  'provider_not_configured',
  'provider_ignored',
  'deprecated',
  'breaker_open',
  'lacks_tools',
  'lacks_vision',
  'lacks_json',
  'context_too_short',
  'output_too_short',
  'effort_unsupported',
  'lacks_parameter',
  'price_unknown',
  'over_max_price',
  'over_max_cost',
  'quality_floor',
] as const;
export const Exclusion = z.enum(EXCLUSIONS);
export type Exclusion = z.infer<typeof Exclusion>;

/** Every part is in 0..1 against fixed anchors, higher is better. */
export const ScoreParts = z.object({ cost: z.number(), latency: z.number(), task: z.number(), quality: z.number() });
export type ScoreParts = z.infer<typeof ScoreParts>;

export const Candidate = z.object({
  modelId: z.string(),
  effort: Effort.optional(),
  score: z.number(),
  parts: ScoreParts,
  /** The estimate at the expected output, exact USD; null when the price is not known. */
  estimatedCostUsd: z.string().nullable(),
  expectedLatencyMs: z.number(),
  /** Where figures stand in for measured ones: `quality:tier`, `quality:price_band`, `latency:assumed`, `other_effort`. */
  notes: z.array(z.string()),
});
export type Candidate = z.infer<typeof Candidate>;

export const ChainRole = z.enum(['primary', 'backup', 'cheapest', 'named']);
export const ChainLink = z.object({ modelId: z.string(), effort: Effort.optional(), role: ChainRole });
export type ChainLink = z.infer<typeof ChainLink>;

export const Baseline = z.object({
  modelId: z.string(),
  effort: Effort.optional(),
  /** Whose model it is: the org's, the policy's, or what `best` would have chosen. */
  source: z.enum(['org', 'policy', 'best']),
  estimatedCostUsd: z.string().nullable(),
});
export type Baseline = z.infer<typeof Baseline>;

/** The outcome as an event keeps it: the five best, exclusions counted, and a digest over all candidates. */
export const Outcome = z.object({
  chain: z.array(ChainLink),
  candidates: z.array(Candidate).max(5),
  candidateCount: z.int().nonnegative(),
  exclusions: z.partialRecord(Exclusion, z.int().positive()),
  baseline: Baseline.nullable(),
  expectedOutputTokens: z.int().nonnegative(),
  decisionDigest: z.string(),
  /** One sentence for people. */
  reason: z.string().max(500),
});
export type Outcome = z.infer<typeof Outcome>;

/** The whole decision, recomputed on demand: `outcome` plus everything that the event leaves out. */
export type Decision = {
  readonly outcome: Outcome;
  readonly candidates: readonly Candidate[];
  readonly excluded: readonly { readonly modelId: string; readonly reason: Exclusion }[];
};

/** What `decide` reads, all of it. Catalog, policy and health stand in the event by version. */
export const DecisionInputs = z.object({
  features: Features,
  wishes: Wishes,
  constraints: Constraints,
  /** The request's time, ms epoch: picks time-window prices and deprecations. */
  at: z.int(),
  /** Model ids (or provider names) whose circuit breaker is open. */
  openBreakers: z.array(z.string()).max(64),
  seed: z.string(),
  session: Session.nullable(),
});
export type DecisionInputs = z.infer<typeof DecisionInputs>;
