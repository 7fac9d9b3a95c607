// The catalog as a table: every model as the router knows it now, the rating generation in force, and each change of a model.
import type { Rating } from '../src/domain/catalog.ts';
import type { EventOf } from '../src/domain/events.ts';
import { type Decimal, formatDecimal, parseDecimal } from '../src/domain/money.ts';
import type { Prices } from '../src/domain/prices.ts';
import { modelUuid } from '../src/domain/modelUuid.ts';
import { type ModelEvent, describeChanges } from './modelChanges.ts';
import {
  type GenerationRow,
  type ModelRow,
  type RatingFigures,
  generationsTable,
  modelChangesTable,
  modelsTable,
} from './modelTables.ts';
import { type Change, type ProjectedEvent, type Projection, type Rows, put } from './projection.ts';

export const models: Projection = {
  name: 'models',
  version: 1,
  tables: [modelsTable, modelChangesTable, generationsTable],
  categories: ['catalog'],
  keysOf(event) {
    if (event.type === 'RatingGenerationPublished') {
      return [
        { table: modelsTable, values: 'all' },
        { table: generationsTable, values: 'all' },
      ];
    }
    if (!isAboutModel(event)) return [];
    const model = { table: modelsTable, values: [modelUuid(event.data.modelId)] };
    return event.type === 'ModelRatingChanged'
      ? [model, { table: generationsTable, values: [event.data.generation] }]
      : [model];
  },
  evolve(rows, event) {
    if (event.type === 'RatingGenerationPublished') return onGeneration(rows, event);
    if (!isAboutModel(event)) return [];
    const before = rows.get(modelsTable, modelUuid(event.data.modelId));
    const after = evolveModel(rows, before, event);
    const changes = describeChanges(before, after, event).map((change) => put(modelChangesTable, change));
    return after && after !== before ? [put(modelsTable, after), ...changes] : changes;
  },
};

function isAboutModel(event: ProjectedEvent): event is ModelEvent {
  return event.type.startsWith('Model');
}

/** The row after the event; the very same one when the event changes nothing that is known. */
function evolveModel(rows: Rows, before: ModelRow | undefined, event: ModelEvent): ModelRow | undefined {
  if (event.type === 'ModelRegistered') return register(before, event.data);
  if (!before) return undefined;
  const synced = { ...before, last_synced_at: event.data.at, data_source: event.data.source };
  switch (event.type) {
    case 'ModelPriceChanged':
      return { ...synced, ...priceColumns(event.data.prices) };
    case 'ModelDetailsChanged':
      return { ...synced, ...detailColumns(event.data.details) };
    case 'ModelRatingChanged': {
      const { generation, ratings } = event.data;
      if (!rows.get(generationsTable, generation)?.active) return before;
      const figures = { ...ratingColumns(ratings), benchmark_scores: { generation, ratings }, previous_rating: null };
      return { ...synced, ...figures };
    }
    case 'ModelDeprecated':
      return {
        ...synced,
        deprecated: true,
        deprecated_at: event.data.effectiveAt,
        deprecation_reason: event.data.reason,
        replacement_model_id: event.data.replacement === null ? null : modelUuid(event.data.replacement),
      };
    case 'ModelReinstated':
      return { ...synced, ...NOT_DEPRECATED };
    case 'ModelChangeHeld':
    case 'ModelChangeReleased':
      // Nothing of the model changes before the held change is appended as one; it is told in model_changes.
      return before;
  }
}

function register(before: ModelRow | undefined, data: EventOf<'ModelRegistered'>['data']): ModelRow {
  return {
    id: before?.id ?? modelUuid(data.modelId),
    provider: data.provider,
    model_name: data.modelName,
    ...NOT_DEPRECATED,
    ...ratingColumns([]),
    benchmark_scores: { generation: null, ratings: [] },
    previous_rating: null,
    ...priceColumns(data.prices),
    ...detailColumns(data.details),
    last_synced_at: data.at,
    data_source: data.source,
  };
}

/** Ratings are compared inside one generation only: those of the one before leave with it. */
function onGeneration(rows: Rows, { data }: EventOf<'RatingGenerationPublished'>): Change[] {
  const { id, source, indexVersion, asOf, scale } = data.generation;
  const row: GenerationRow = {
    id,
    source,
    index_version: indexVersion,
    as_of: asOf,
    scale,
    published_at: data.at,
    active: true,
  };
  const retired = rows
    .all(generationsTable)
    .filter((other) => other.active && other.id !== id)
    .map((other) => put(generationsTable, { ...other, active: false }));
  const cleared = rows
    .all(modelsTable)
    .filter((model) => model.benchmark_scores.ratings.length > 0)
    .map((model) => put(modelsTable, clearRating(model)));
  return [...retired, put(generationsTable, row), ...cleared];
}

function clearRating(model: ModelRow): ModelRow {
  const { avg_latency, quality_rating, speed_index } = model;
  return {
    ...model,
    ...ratingColumns([]),
    benchmark_scores: { generation: null, ratings: [] },
    previous_rating: { avg_latency, quality_rating, speed_index },
  };
}

const NOT_DEPRECATED = {
  deprecated: false,
  deprecated_at: null,
  replacement_model_id: null,
  deprecation_reason: null,
};

function detailColumns(details: ModelRow['details']) {
  return {
    strengths: details.tags,
    supports_functions: details.abilities.tools ?? null,
    supports_vision: details.abilities.vision ?? null,
    max_tokens: details.maxOutputTokens ?? null,
    enabled: details.enabled,
    context_token_count: details.contextTokens ?? null,
    quality_tier: details.qualityTier ?? null,
    details,
  };
}

function priceColumns(prices: Prices | null) {
  const input = knownPrice(prices?.input);
  const output = knownPrice(prices?.output);
  return {
    cost_input: input && perThousand(input),
    cost_output: output && perThousand(output),
    price_index: input && output && blended(input, output),
    prices,
  };
}

/** Feeds write a negative price where it varies: not known. */
function knownPrice(text: string | undefined): Decimal | null {
  return text === undefined || text.startsWith('-') ? null : parseDecimal(text);
}

function perThousand({ coefficient, scale }: Decimal): string {
  return formatDecimal({ coefficient: coefficient * 1_000n, scale });
}

/** (3 × input + output) ÷ 4 for a million tokens, exactly: ÷ 4 is × 25 two places further right. */
function blended(input: Decimal, output: Decimal): string {
  const scale = Math.max(input.scale, output.scale);
  const at = (price: Decimal) => price.coefficient * 10n ** BigInt(scale - price.scale);
  return formatDecimal({ coefficient: (3n * at(input) + at(output)) * 25_000_000n, scale: scale + 2 });
}

/** The best of the measured efforts speaks for the model. */
function ratingColumns(ratings: readonly Rating[]): RatingFigures {
  const best = ratings.reduce<Rating | undefined>(
    (top, one) => ((one.intelligence ?? -1) > (top?.intelligence ?? -1) || !top ? one : top),
    undefined,
  );
  return {
    quality_rating: textOf(best?.intelligence),
    avg_latency: textOf(best?.firstTokenMs),
    speed_index: textOf(best?.tokensPerSecond),
  };
}

function textOf(value: number | undefined): string | null {
  return value === undefined ? null : String(value);
}
