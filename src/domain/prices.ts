// A model's price list: exact decimal strings in USD per token (or per unit), with tiers by prompt length and windows by
// time of day, in the form of OpenRouter's `pricing.overrides`.
import { z } from 'zod';
import { isDecimal } from './money.ts';

const price = z.string().refine(isDecimal, 'a decimal number in USD per unit, as text');

export const PRICE_LINES = [
  'input',
  'output',
  'cachedInput',
  'cacheWrite5m',
  'cacheWrite1h',
  'reasoning',
  'image',
  'webSearch',
  'request',
] as const;
export type PriceLine = (typeof PRICE_LINES)[number];

const lines = {
  input: price.optional(),
  output: price.optional(),
  cachedInput: price.optional(),
  cacheWrite5m: price.optional(),
  cacheWrite1h: price.optional(),
  reasoning: price.optional(),
  image: price.optional(),
  webSearch: price.optional(),
  request: price.optional(),
};

/**
 * One override: it applies when every condition that it names holds. `minPromptTokens` means strictly more prompt tokens
 * than that; `utcStart`/`utcEnd` are HHMM numbers (30 = 00:30), half-open, and may wrap midnight; `utcDays` are 0 (Sunday)
 * to 6; `serviceTier` is the vendor's word for what it served the call as (`flex`, `priority`).
 */
export const PriceOverride = z.object({
  minPromptTokens: z.int().nonnegative().optional(),
  utcStart: z.int().min(0).max(2400).optional(),
  utcEnd: z.int().min(0).max(2400).optional(),
  utcDays: z.array(z.int().min(0).max(6)).optional(),
  serviceTier: z.string().max(60).optional(),
  ...lines,
});
export type PriceOverride = z.infer<typeof PriceOverride>;

export const Prices = z.object({ ...lines, overrides: z.array(PriceOverride).optional() });
export type Prices = z.infer<typeof Prices>;

export type PricesNow = { readonly [line in PriceLine]?: string | undefined };

/**
 * The price lines valid for a prompt of that many tokens at that time (ms epoch), served as that tier; without one, as the
 * ordinary. Later overrides win, absent keys inherit.
 */
export function pricesAt(prices: Prices, promptTokens: number, at: number, serviceTier?: string): PricesNow {
  if (!prices.overrides?.length) return prices;
  const valid: { [line in PriceLine]?: string | undefined } = { ...prices };
  for (const override of prices.overrides) {
    if (!isInForce(override, promptTokens, at, serviceTier)) continue;
    for (const line of PRICE_LINES) if (override[line] !== undefined) valid[line] = override[line];
  }
  return valid;
}

// What vendors call a call that has no price of its own: OpenAI, Anthropic and Groq, and what a caller may send.
const ORDINARY_TIERS = new Set(['default', 'standard', 'auto', 'on_demand', 'standard_only']);

/** False where a call was served as a tier that is billed apart, and the list has no price for it. */
export function knowsTier({ overrides = [] }: Prices, serviceTier: string | undefined): boolean {
  if (serviceTier === undefined || ORDINARY_TIERS.has(serviceTier)) return true;
  return overrides.some((override) => override.serviceTier === serviceTier);
}

export function hasServiceTiers(prices: Prices | undefined): boolean {
  return prices?.overrides?.some(({ serviceTier }) => serviceTier !== undefined) ?? false;
}

/** Of what depends on something such a price list tells nothing but what calls cost that are served as a tier of their own. */
export function hasServiceTiersOnly(prices: Prices | undefined): boolean {
  return prices?.overrides?.every(({ serviceTier }) => serviceTier !== undefined) ?? false;
}

/** What calls cost by what they are served as is told by people, and by no feed: that of `told` stands behind the rest of `prices`. */
export function withServiceTiers(prices: Prices, told: Prices | undefined): Prices {
  const { overrides = [], ...lines } = prices;
  const rest = overrides.filter(({ serviceTier }) => serviceTier === undefined);
  const all = [...rest, ...(told?.overrides ?? []).filter(({ serviceTier }) => serviceTier !== undefined)];
  return { ...lines, ...(all.length > 0 ? { overrides: all } : {}) };
}

/** Whether every condition of the override holds. */
export function isInForce(override: PriceOverride, promptTokens: number, at: number, serviceTier?: string): boolean {
  if (override.serviceTier !== undefined && override.serviceTier !== serviceTier) return false;
  if (override.minPromptTokens !== undefined && promptTokens <= override.minPromptTokens) return false;
  const minute = Math.floor(at / 60_000) % 1440;
  // 1 January 1970 was a Thursday, day 4.
  const day = (Math.floor(at / 86_400_000) + 4) % 7;
  if (override.utcDays && !override.utcDays.includes(day)) return false;
  if (override.utcStart === undefined || override.utcEnd === undefined) return true;
  const start = minuteOfDay(override.utcStart);
  const end = minuteOfDay(override.utcEnd);
  return start <= end ? minute >= start && minute < end : minute >= start || minute < end;
}

/** Of an HHMM number. */
export function minuteOfDay(hhmm: number): number {
  return Math.floor(hhmm / 100) * 60 + (hhmm % 100);
}
