// From an entry of config/models.yaml to the catalog's own form: prices per million become exact decimals per token.
import type { ModelDetails } from '../domain/catalog.ts';
import type { ModelWish } from '../domain/catalogChanges.ts';
import { formatDecimal, parseDecimal } from '../domain/money.ts';
import type { PriceOverride, Prices } from '../domain/prices.ts';
import type { ModelEntry, PricesEntry } from './schema.ts';

export function toModelWish(entry: ModelEntry): ModelWish {
  return {
    provider: entry.provider,
    modelName: entry.model_name,
    details: toDetails(entry),
    prices: entry.prices && toPrices(entry.prices),
  };
}

function toDetails(entry: ModelEntry): Partial<ModelDetails> {
  const { tools, vision, json_schema, json_mode, streaming, reasoning } = entry.abilities ?? {};
  return withoutUndefined({
    displayName: entry.display_name,
    author: entry.author,
    openrouterId: entry.openrouter_id,
    aliases: entry.aliases,
    enabled: entry.enabled,
    tags: entry.tags,
    qualityTier: entry.quality_tier,
    qualityWeight: entry.quality_weight,
    syncSource: entry.sync_source,
    contextTokens: entry.context,
    maxOutputTokens: entry.max_output,
    abilities:
      entry.abilities &&
      withoutUndefined({ tools, vision, jsonSchema: json_schema, jsonMode: json_mode, streaming, reasoning }),
    efforts: entry.efforts,
    samplingParams: entry.sampling_params,
    toolsThrough: entry.tools_through,
    releasedOn: entry.released_on,
    shutdownOn: entry.shutdown_on,
    replacement: entry.replacement,
  });
}

function toPrices(entry: PricesEntry): Prices {
  const tiers: PriceOverride[] = (entry.tiers ?? []).map((tier) => ({
    minPromptTokens: tier.above_prompt_tokens,
    ...toLines(tier),
  }));
  const windows: PriceOverride[] = (entry.windows ?? []).map((window) => ({
    utcStart: window.utc_start,
    utcEnd: window.utc_end,
    ...(window.utc_days ? { utcDays: window.utc_days } : {}),
    ...toLines(window),
  }));
  const served: PriceOverride[] = (entry.service_tiers ?? []).map((tier) => ({
    serviceTier: tier.name,
    ...(tier.above_prompt_tokens === undefined ? {} : { minPromptTokens: tier.above_prompt_tokens }),
    ...toLines(tier),
  }));
  const overrides = [...windows, ...tiers, ...served];
  return { ...toLines(entry), ...(overrides.length > 0 ? { overrides } : {}) };
}

type LineEntries = Pick<
  PricesEntry,
  'input' | 'output' | 'cached_input' | 'cache_write_5m' | 'cache_write_1h' | 'reasoning'
>;

function toLines(entry: LineEntries): Omit<Prices, 'overrides'> {
  return withoutUndefined({
    input: perToken(entry.input),
    output: perToken(entry.output),
    cachedInput: perToken(entry.cached_input),
    cacheWrite5m: perToken(entry.cache_write_5m),
    cacheWrite1h: perToken(entry.cache_write_1h),
    reasoning: perToken(entry.reasoning),
  });
}

/** `"0.15"` USD per million → `"0.00000015"` USD per token, exactly. */
export function perToken(perMillion: string | undefined): string | undefined {
  if (perMillion === undefined) return undefined;
  const { coefficient, scale } = parseDecimal(perMillion);
  return formatDecimal({ coefficient, scale: scale + 6 });
}

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

/** Events know absent, not undefined: JSON has no word for it. */
function withoutUndefined<T extends object>(value: T): Partial<Defined<T>> {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as Partial<Defined<T>>;
}
