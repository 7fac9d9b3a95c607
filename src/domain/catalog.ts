// What is known of models, folded from the events of `catalog-main`: revision N gives exactly what the router knew then.
import { z } from 'zod';
import { Effort } from './chat.ts';
import type { Prices } from './prices.ts';

export const PROVIDERS = ['openai', 'anthropic', 'google', 'openrouter', 'groq'] as const;
export const ProviderName = z.enum(PROVIDERS);
export type ProviderName = z.infer<typeof ProviderName>;

export const TASK_TYPES = [
  'chat',
  'coding',
  'reasoning',
  'summarization',
  'translation',
  'image',
  'agent_step',
] as const;
export const TaskType = z.enum(TASK_TYPES);
export type TaskType = z.infer<typeof TaskType>;

export const QUALITY_TIERS = ['frontier', 'strong', 'solid', 'small', 'tiny'] as const;
export const QualityTier = z.enum(QUALITY_TIERS);
export type QualityTier = z.infer<typeof QualityTier>;

/** Absent = not known. A model is sent a feature only when it is known to have it. */
export const Abilities = z.object({
  tools: z.boolean().optional(),
  vision: z.boolean().optional(),
  jsonSchema: z.boolean().optional(),
  jsonMode: z.boolean().optional(),
  streaming: z.boolean().optional(),
  reasoning: z.boolean().optional(),
});
export type Abilities = z.infer<typeof Abilities>;

/** All that is neither price nor rating. Absent = not known; `qualityWeight` multiplies a rating (default 1). */
export const ModelDetails = z.object({
  displayName: z.string().optional(),
  author: z.string().optional(),
  openrouterId: z.string().optional(),
  /** The snapshot behind OpenRouter's id, by the name that never changes. */
  canonicalSlug: z.string().optional(),
  aliases: z.array(z.string()).optional(),
  enabled: z.boolean(),
  tags: z.array(z.string()),
  qualityTier: QualityTier.optional(),
  qualityWeight: z.number().positive().max(2),
  syncSource: z.string().optional(),
  contextTokens: z.int().positive().optional(),
  maxOutputTokens: z.int().positive().optional(),
  abilities: Abilities,
  /** Reasoning efforts that the model takes; absent = it takes none or they are not known. */
  efforts: z.array(Effort).optional(),
  /** `reasoning_off_only`: 400 unless effort is none. Absent = always. */
  samplingParams: z.enum(['always', 'reasoning_off_only', 'never']).optional(),
  /** How tools are reached: Chat Completions, the same but only at effort none, or the Responses API. */
  toolsThrough: z.enum(['chat', 'chat_without_reasoning', 'responses']).optional(),
  releasedOn: z.string().optional(),
  /** When the provider shuts the model down, ISO date, and what it names instead (a model id). */
  shutdownOn: z.string().optional(),
  replacement: z.string().optional(),
});
export type ModelDetails = z.infer<typeof ModelDetails>;

export const RATING_INDEXES = ['intelligence', 'coding', 'agentic'] as const;
export type RatingIndex = (typeof RATING_INDEXES)[number];

/** One row of a rating feed for one model at one reasoning effort. Absent = not measured. */
export const Rating = z.object({
  effort: Effort.optional(),
  intelligence: z.number().optional(),
  coding: z.number().optional(),
  agentic: z.number().optional(),
  firstTokenMs: z.number().positive().optional(),
  tokensPerSecond: z.number().positive().optional(),
});
export type Rating = z.infer<typeof Rating>;

const scale = z.object({ low: z.number(), high: z.number() });
/** A rating feed as one whole: ratings are compared only inside it, on its own scale (10th and 95th percentile). */
export const RatingGeneration = z.object({
  id: z.string(),
  source: z.string(),
  indexVersion: z.string(),
  asOf: z.string(),
  scale: z.object({ intelligence: scale.optional(), coding: scale.optional(), agentic: scale.optional() }),
  /** Rows of the whole feed with an intelligence index; absent in generations of before that was counted. */
  measuredCount: z.int().nonnegative().optional(),
});
export type RatingGeneration = z.infer<typeof RatingGeneration>;

export type Deprecation = {
  readonly at: string;
  readonly reason: string;
  readonly replacement?: string | undefined;
  /** Who says so: a feed takes back only what it said itself. */
  readonly source: string;
};

export type CatalogModel = {
  /** `<provider>/<model_name>`, e.g. `groq/openai/gpt-oss-120b`. */
  readonly id: string;
  readonly provider: ProviderName;
  readonly modelName: string;
  readonly details: ModelDetails;
  readonly prices: Prices | undefined;
  /** Ratings of the active generation, one per effort. */
  readonly ratings: readonly Rating[];
  readonly deprecation: Deprecation | undefined;
  /** Who said so last: `seed`, `manual`, or the name of a feed. */
  readonly priceSource: string;
  /** ISO time of the event that brought the price. */
  readonly pricedAt?: string;
  readonly detailsSource: string;
  /** ISO time of the last event about this model. */
  readonly updatedAt: string;
};

export type Catalog = {
  /** Revision of `catalog-main` that this was folded up to; -1 before the first event. */
  readonly version: number;
  readonly models: ReadonlyMap<string, CatalogModel>;
  readonly generation: RatingGeneration | undefined;
};

export const EMPTY_CATALOG: Catalog = { version: -1, models: new Map(), generation: undefined };

export function modelId(provider: ProviderName, modelName: string): string {
  return `${provider}/${modelName}`;
}

/** A model by its id, a catalog alias, or a bare name that only one provider has. Undefined when none or several fit. */
export function findModel(catalog: Catalog, name: string): CatalogModel | undefined {
  const exact = catalog.models.get(name);
  if (exact) return exact;
  const fits = [...catalog.models.values()].filter(
    (model) => model.modelName === name || model.details.aliases?.includes(name),
  );
  return fits.length === 1 ? fits[0] : undefined;
}
