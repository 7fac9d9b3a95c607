// What a provider counted for one call, by the classes that are billed apart, and what that costs at given prices.
import { z } from 'zod';
import { type PicoUsd, amountOf, formatUsd, parseDecimal } from './money.ts';
import { type PriceLine, type Prices, type PricesNow, knowsTier, pricesAt } from './prices.ts';

const tokens = z.int().nonnegative();

/**
 * Token counts of one call. The four input classes never overlap: their sum is the whole prompt.
 * `output` is everything billed as output; `reasoning` says how much of it was thinking.
 */
export const Usage = z.object({
  input: tokens,
  cachedInput: tokens,
  cacheWrite5m: tokens,
  cacheWrite1h: tokens,
  output: tokens,
  reasoning: tokens,
  images: tokens.optional(),
  webSearches: tokens.optional(),
  /** True when the provider's own figures were lost and these were estimated by us. */
  estimated: z.boolean().optional(),
  /** What the provider itself says the call cost, USD (OpenRouter `usage.cost`). */
  reportedCostUsd: z.string().optional(),
  serviceTier: z.string().optional(),
});
export type Usage = z.infer<typeof Usage>;

export const NO_USAGE: Usage = { input: 0, cachedInput: 0, cacheWrite5m: 0, cacheWrite1h: 0, output: 0, reasoning: 0 };

function whole(count: number): number {
  return Number.isFinite(count) ? Math.max(0, Math.round(count)) : 0;
}

/** A vendor's counts as whole numbers from 0 on, whatever it sent: what is recorded must be readable for ever. */
export function toWholeUsage(usage: Usage): Usage {
  const { input, cachedInput, cacheWrite5m, cacheWrite1h, output, reasoning, images, webSearches } = usage;
  return {
    ...usage,
    input: whole(input),
    cachedInput: whole(cachedInput),
    cacheWrite5m: whole(cacheWrite5m),
    cacheWrite1h: whole(cacheWrite1h),
    output: whole(output),
    reasoning: whole(reasoning),
    ...(images === undefined ? {} : { images: whole(images) }),
    ...(webSearches === undefined ? {} : { webSearches: whole(webSearches) }),
  };
}

export function promptTokens(usage: Usage): number {
  return usage.input + usage.cachedInput + usage.cacheWrite5m + usage.cacheWrite1h;
}

export function totalTokens(usage: Usage): number {
  return promptTokens(usage) + usage.output;
}

/** One line of a bill. `pricedAs` differs from `line` where a class has no price of its own. */
export type CostLine = {
  readonly line: PriceLine;
  readonly pricedAs: PriceLine;
  readonly count: number;
  readonly price: string;
  readonly amount: PicoUsd;
};
export type Cost = { readonly total: PicoUsd; readonly lines: readonly CostLine[] };

// Vendors bill a cached or written prompt token as ordinary input where they list no price for it.
// A 1-hour cache write has no such rule: without its own price the cost is unknown.
const STANDS_IN: Partial<Record<PriceLine, PriceLine>> = {
  cachedInput: 'input',
  cacheWrite5m: 'input',
  reasoning: 'output',
};

/**
 * The cost of a call at the prices of one catalog version and the time of the request.
 * Undefined when any class that was used, or the tier that it was served as, has no known price: an unknown cost is never zero.
 */
export function costOf(usage: Usage, prices: Prices | undefined, at: number): Cost | undefined {
  if (!prices || !knowsTier(prices, usage.serviceTier)) return undefined;
  const valid = pricesAt(prices, promptTokens(usage), at, usage.serviceTier);
  const lines: CostLine[] = [];
  let total = 0n;
  for (const [line, count] of billedCounts(usage, valid)) {
    if (count === 0) continue;
    const substitute = STANDS_IN[line];
    const pricedAs = valid[line] === undefined && substitute ? substitute : line;
    const price = valid[pricedAs];
    if (price === undefined || price.startsWith('-')) return undefined;
    const amount = amountOf(parseDecimal(price), count);
    total += amount;
    lines.push({ line, pricedAs, count, price, amount });
  }
  if (valid.request !== undefined) {
    if (valid.request.startsWith('-')) return undefined;
    const amount = amountOf(parseDecimal(valid.request), 1);
    total += amount;
    lines.push({ line: 'request', pricedAs: 'request', count: 1, price: valid.request, amount });
  }
  return { total, lines };
}

function billedCounts(usage: Usage, valid: PricesNow): [PriceLine, number][] {
  const reasoning = valid.reasoning !== undefined ? Math.min(usage.reasoning, usage.output) : 0;
  return [
    ['input', usage.input],
    ['cachedInput', usage.cachedInput],
    ['cacheWrite5m', usage.cacheWrite5m],
    ['cacheWrite1h', usage.cacheWrite1h],
    ['output', usage.output - reasoning],
    ['reasoning', reasoning],
    // Where images have no price of their own, they are among the prompt's tokens.
    ['image', valid.image === undefined ? 0 : (usage.images ?? 0)],
    ['webSearch', usage.webSearches ?? 0],
  ];
}

/** The exact total as text, or null when it is not known: the form events and JSON use. */
export function costUsd(cost: Cost | undefined): string | null {
  return cost ? formatUsd(cost.total) : null;
}
