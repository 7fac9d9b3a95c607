// The form of config/models.yaml. People write prices in USD per million tokens; the catalog keeps exact decimals per token.
import { z } from 'zod';
import { ModelDetails, ProviderName, QualityTier, TASK_TYPES } from '../domain/catalog.ts';
import { Effort } from '../domain/chat.ts';
import { isDecimal } from '../domain/money.ts';
import { syncSections } from './syncSchema.ts';

const PRICE = 'a decimal number of USD per million tokens, 0 or more';
const price = z.string(PRICE).refine((text) => isDecimal(text) && !text.startsWith('-'), PRICE);

const priceLines = {
  input: price.optional(),
  output: price.optional(),
  cached_input: price.optional(),
  cache_write_5m: price.optional(),
  cache_write_1h: price.optional(),
  reasoning: price.optional(),
};
const HHMM = 'a UTC time as four digits in quotes, "0030" to "2400"';
const hhmm = z
  .string(HHMM)
  .regex(/^([01]\d|2[0-3])[0-5]\d$|^2400$/, HHMM)
  .transform(Number);

export const PricesEntry = z.strictObject({
  ...priceLines,
  tiers: z.array(z.strictObject({ above_prompt_tokens: z.int().positive(), ...priceLines })).optional(),
  windows: z
    .array(
      z.strictObject({
        utc_start: hhmm,
        utc_end: hhmm,
        utc_days: z.array(z.int().min(0).max(6)).optional(),
        ...priceLines,
      }),
    )
    .optional(),
  service_tiers: z
    .array(
      z.strictObject({
        name: z.string().min(1).max(60),
        above_prompt_tokens: z.int().positive().optional(),
        ...priceLines,
      }),
    )
    .optional(),
});
export type PricesEntry = z.infer<typeof PricesEntry>;

const details = {
  display_name: z.string().optional(),
  author: z.string().optional(),
  openrouter_id: z.string().optional(),
  aliases: z.array(z.string()).optional(),
  enabled: z.boolean().optional(),
  tags: z.array(z.enum(TASK_TYPES)).optional(),
  quality_tier: QualityTier.optional(),
  quality_weight: ModelDetails.shape.qualityWeight.optional(),
  sync_source: z.enum(['openrouter', 'models_dev', 'genai_prices', 'none']).optional(),
  context: z.int().positive().optional(),
  max_output: z.int().positive().optional(),
  abilities: z
    .strictObject({
      tools: z.boolean().optional(),
      vision: z.boolean().optional(),
      json_schema: z.boolean().optional(),
      json_mode: z.boolean().optional(),
      streaming: z.boolean().optional(),
      reasoning: z.boolean().optional(),
    })
    .optional(),
  efforts: z.array(Effort).optional(),
  sampling_params: z.enum(['always', 'reasoning_off_only', 'never']).optional(),
  tools_through: z.enum(['chat', 'chat_without_reasoning', 'responses']).optional(),
  released_on: z.iso.date().optional(),
  shutdown_on: z.iso.date().optional(),
  replacement: z.string().optional(),
  prices: PricesEntry.optional(),
};
const identity = { provider: ProviderName, model_name: z.string().min(1).max(200) };

/** A model as it starts; `provider`, `model_name`, `tags` and `quality_weight` are enough. */
export const ModelEntry = z.strictObject({ ...identity, ...details });
export type ModelEntry = z.infer<typeof ModelEntry>;

/** Values that win over every feed. */
export const OverrideEntry = z.strictObject({ ...identity, ...details });
export type OverrideEntry = z.infer<typeof OverrideEntry>;

export const ModelsFile = z
  .strictObject({ models: z.array(ModelEntry), overrides: z.array(OverrideEntry).default([]), ...syncSections })
  .superRefine((file, context) => {
    for (const section of ['models', 'overrides'] as const) {
      const seen = new Set<string>();
      for (const [index, { provider, model_name }] of file[section].entries()) {
        const id = `${provider}/${model_name}`;
        if (seen.has(id)) {
          context.addIssue({
            code: 'custom',
            path: [section, index, 'model_name'],
            message: `a model that is listed once (${id} stands there twice)`,
          });
        }
        seen.add(id);
      }
    }
  });
export type ModelsFile = z.infer<typeof ModelsFile>;
