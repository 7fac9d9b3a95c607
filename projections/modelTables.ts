// The tables of the models projection, column by column as in sql/migrations.
import type { Deprecation, ModelDetails, Rating } from '../src/domain/catalog.ts';
import type { Prices } from '../src/domain/prices.ts';
import { defineTable } from './projection.ts';

export type BenchmarkScores = {
  readonly generation: string | null;
  readonly ratings: readonly Rating[];
};

/** The columns that a rating feed gives. */
export type RatingFigures = {
  /** Milliseconds to the first token. */
  readonly avg_latency: string | null;
  readonly quality_rating: string | null;
  /** Output tokens a second. */
  readonly speed_index: string | null;
};

export type ModelRow = RatingFigures & {
  readonly id: string;
  readonly provider: string;
  readonly model_name: string;
  readonly cost_input: string | null;
  readonly cost_output: string | null;
  readonly strengths: readonly string[];
  readonly supports_functions: boolean | null;
  readonly supports_vision: boolean | null;
  readonly max_tokens: number | null;
  /** USD per million tokens at three input tokens to one output token. */
  readonly price_index: string | null;
  readonly benchmark_scores: BenchmarkScores;
  readonly last_synced_at: string;
  readonly data_source: string;
  readonly deprecated: boolean;
  readonly deprecated_at: Deprecation['at'] | null;
  readonly replacement_model_id: string | null;
  readonly deprecation_reason: string | null;
  readonly enabled: boolean;
  readonly context_token_count: number | null;
  readonly quality_tier: string | null;
  readonly prices: Prices | null;
  readonly details: ModelDetails;
  /** Figures of the generation before, so that a new one tells only what is different. */
  readonly previous_rating: RatingFigures | null;
};

export const modelsTable = defineTable<ModelRow>('models', ['id'], {
  id: 'uuid',
  provider: 'text',
  model_name: 'text',
  cost_input: 'numeric',
  cost_output: 'numeric',
  avg_latency: 'numeric',
  strengths: 'jsonb',
  supports_functions: 'boolean',
  supports_vision: 'boolean',
  max_tokens: 'integer',
  quality_rating: 'numeric',
  speed_index: 'numeric',
  price_index: 'numeric',
  benchmark_scores: 'jsonb',
  last_synced_at: 'timestamptz',
  data_source: 'text',
  deprecated: 'boolean',
  deprecated_at: 'timestamptz',
  replacement_model_id: 'uuid',
  deprecation_reason: 'text',
  enabled: 'boolean',
  context_token_count: 'integer',
  quality_tier: 'text',
  prices: 'jsonb',
  details: 'jsonb',
  previous_rating: 'jsonb',
});

export type ModelChangeRow = {
  readonly id: string;
  readonly model_id: string;
  readonly changed_by: string;
  readonly changed_at: string;
  readonly field_name: string;
  readonly old_value: string | null;
  readonly new_value: string | null;
  readonly source: string;
};

export const modelChangesTable = defineTable<ModelChangeRow>('model_changes', ['id'], {
  id: 'uuid',
  model_id: 'uuid',
  changed_by: 'text',
  changed_at: 'timestamptz',
  field_name: 'text',
  old_value: 'text',
  new_value: 'text',
  source: 'text',
});

export type GenerationRow = {
  readonly id: string;
  readonly source: string;
  readonly index_version: string;
  readonly as_of: string;
  readonly scale: unknown;
  readonly published_at: string;
  /** One at a time: models are rated by this one. */
  readonly active: boolean;
};

export const generationsTable = defineTable<GenerationRow>('rating_generations', ['id'], {
  id: 'text',
  source: 'text',
  index_version: 'text',
  as_of: 'text',
  scale: 'jsonb',
  published_at: 'timestamptz',
  active: 'boolean',
});
