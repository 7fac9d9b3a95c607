// What an event changed of a model, field by field, for the table that auditors read. Pure: row before, row after, event.
import { isDeepStrictEqual } from 'node:util';
import type { EventOf } from '../src/domain/events.ts';
import { PRICE_LINES } from '../src/domain/prices.ts';
import { modelUuid } from '../src/domain/modelUuid.ts';
import { uuidv5 } from '../src/domain/uuidv5.ts';
import type { ModelChangeRow, ModelRow } from './modelTables.ts';
import type { ProjectedEvent } from './projection.ts';

export type ModelEvent = Omit<ProjectedEvent, 'type' | 'data'> &
  EventOf<
    | 'ModelRegistered'
    | 'ModelPriceChanged'
    | 'ModelRatingChanged'
    | 'ModelDetailsChanged'
    | 'ModelDeprecated'
    | 'ModelReinstated'
    | 'ModelChangeHeld'
    | 'ModelChangeReleased'
  >;

type Field = { readonly field: string; readonly old: unknown; readonly new: unknown };

export function describeChanges(
  before: ModelRow | undefined,
  after: ModelRow | undefined,
  event: ModelEvent,
): ModelChangeRow[] {
  const { modelId, by, at, source } = event.data;
  return fieldsOf(before, after, event).map(({ field, ...value }) => ({
    id: uuidv5(event.id, field),
    model_id: modelUuid(modelId),
    changed_by: by,
    changed_at: at,
    field_name: field,
    old_value: textOf(value.old),
    new_value: textOf(value.new),
    source,
  }));
}

function fieldsOf(before: ModelRow | undefined, after: ModelRow | undefined, event: ModelEvent): Field[] {
  if (event.type === 'ModelChangeHeld') return [{ field: 'change_held', old: null, new: event.data.reason }];
  if (event.type === 'ModelChangeReleased') {
    return [{ field: `change_${event.data.verdict}`, old: null, new: event.data.reason }];
  }
  if (!after) return [];
  if (!before) return [{ field: 'registered', old: null, new: event.data.modelId }];
  const was: Record<string, unknown> = flatten({ ...before, ...before.previous_rating });
  const is: Record<string, unknown> = flatten(after);
  return [...new Set([...Object.keys(was), ...Object.keys(is)])]
    .map((field) => ({ field, old: was[field] ?? null, new: is[field] ?? null }))
    .filter((change) => !isDeepStrictEqual(change.old, change.new));
}

/** Every fact once, under its column's name where it has one, else as `prices.<line>` (USD a unit) or `details.<field>`. */
function flatten(row: ModelRow): Record<string, unknown> {
  const fields: Record<string, unknown> = {
    cost_input: row.cost_input,
    cost_output: row.cost_output,
    avg_latency: row.avg_latency,
    quality_rating: row.quality_rating,
    speed_index: row.speed_index,
    strengths: row.strengths,
    supports_functions: row.supports_functions,
    supports_vision: row.supports_vision,
    max_tokens: row.max_tokens,
    enabled: row.enabled,
    context_token_count: row.context_token_count,
    quality_tier: row.quality_tier,
    deprecated: row.deprecated,
    deprecated_at: row.deprecated_at,
    deprecation_reason: row.deprecation_reason,
    replacement_model_id: row.replacement_model_id,
  };
  for (const line of PRICE_LINES) {
    if (line !== 'input' && line !== 'output') fields[`prices.${line}`] = row.prices?.[line];
  }
  fields['prices.overrides'] = row.prices?.overrides;
  for (const [name, value] of Object.entries(row.details)) {
    if (!SHOWN_AS_COLUMN.has(name)) fields[`details.${name}`] = value;
  }
  return fields;
}

const SHOWN_AS_COLUMN = new Set(['tags', 'maxOutputTokens', 'enabled', 'contextTokens', 'qualityTier']);

function textOf(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
