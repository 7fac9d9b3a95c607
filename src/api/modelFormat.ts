// A catalog model as `GET /v1/models` shows it: OpenAI's list shape, OpenRouter's names for prices, and our own fields. Pure.
import type { Catalog, CatalogModel } from '../domain/catalog.ts';
import type { Condition } from '../gateway/conditions.ts';
import { isoTime } from '../platform/clock.ts';
import { PRICE_LINES, type PriceLine, type PriceOverride, type Prices } from '../domain/prices.ts';

const OPENROUTER_NAMES: Readonly<Record<PriceLine, string>> = {
  input: 'prompt',
  output: 'completion',
  cachedInput: 'input_cache_read',
  cacheWrite5m: 'input_cache_write',
  cacheWrite1h: 'input_cache_write_1h',
  reasoning: 'internal_reasoning',
  image: 'image',
  webSearch: 'web_search',
  request: 'request',
};

/** @param condition null for the catalog of a moment that has passed */
export function toModelEntry(model: CatalogModel, catalog: Catalog, now: number, condition: Condition | null): object {
  const { details, deprecation } = model;
  return {
    id: model.id,
    object: 'model',
    created: Math.floor(Date.parse(details.releasedOn ?? model.updatedAt) / 1_000),
    owned_by: details.author ?? model.provider,
    name: details.displayName ?? model.modelName,
    provider: model.provider,
    model_name: model.modelName,
    pricing: model.prices ? toPricing(model.prices) : null,
    pricing_source: model.priceSource,
    pricing_as_of: model.pricedAt ?? model.updatedAt,
    pricing_age_sec: ageOf(model.pricedAt ?? model.updatedAt, now),
    context_length: details.contextTokens ?? null,
    max_output_tokens: details.maxOutputTokens ?? null,
    strengths: details.tags,
    abilities: details.abilities,
    efforts: details.efforts ?? [],
    quality_tier: details.qualityTier ?? null,
    ratings: catalog.generation
      ? {
          source: catalog.generation.source,
          index_version: catalog.generation.indexVersion,
          as_of: catalog.generation.asOf,
          age_sec: ageOf(catalog.generation.asOf, now),
          attribution: ATTRIBUTION,
          values: model.ratings,
        }
      : null,
    latency: model.ratings.map(({ effort, firstTokenMs, tokensPerSecond }) => ({
      effort,
      first_token_ms: firstTokenMs,
      tokens_per_second: tokensPerSecond,
    })),
    breaker: condition && toBreaker(condition.breaker),
    health: condition && toHealth(condition),
    status: statusOf(model, now),
    deprecation: deprecation
      ? { at: deprecation.at, reason: deprecation.reason, replacement: deprecation.replacement ?? null }
      : null,
    aliases: details.aliases ?? [],
    updated_at: model.updatedAt,
  };
}

function toBreaker({ state, ofProvider, openUntil, reason }: Condition['breaker']): object {
  return { state, of_provider: ofProvider, open_until: openUntil === null ? null : isoTime(openUntil), reason };
}

/** How often it was called is everybody's together, and nobody's business. */
function toHealth({ health, isUsed }: Condition): object | null {
  if (!health) return null;
  const { errorRate, firstTokenMs, tokensPerSecond } = health;
  return {
    error_rate: errorRate,
    first_token_ms: firstTokenMs ?? null,
    tokens_per_second: tokensPerSecond ?? null,
    used: isUsed,
  };
}

/** Both feeds carry its figures, and its terms ask for this wherever they are shown. */
const ATTRIBUTION = 'Ratings by Artificial Analysis, https://artificialanalysis.ai/';

function ageOf(at: string, now: number): number {
  return Math.max(0, Math.round((now - Date.parse(at)) / 1_000));
}

function statusOf({ details, deprecation }: CatalogModel, now: number): string {
  if (!details.enabled) return 'disabled';
  if (!deprecation) return 'active';
  return Date.parse(deprecation.at) <= now ? 'retired' : 'deprecated';
}

/** USD per token as strings, the digits as the source gave them. */
function toPricing(prices: Prices): object {
  return { ...toLines(prices), ...(prices.overrides ? { overrides: prices.overrides.map(toOverride) } : {}) };
}

function toLines(prices: Prices | PriceOverride): object {
  return Object.fromEntries(
    PRICE_LINES.flatMap((line) => (prices[line] === undefined ? [] : [[OPENROUTER_NAMES[line], prices[line]]])),
  );
}

function toOverride(override: PriceOverride): object {
  const { minPromptTokens, utcStart, utcEnd, utcDays } = override;
  return {
    min_prompt_tokens: minPromptTokens,
    utc_start: utcStart,
    utc_end: utcEnd,
    utc_days: utcDays,
    ...toLines(override),
  };
}
