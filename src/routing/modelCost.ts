// What a request would cost on a model, exactly, and a model's blended price for price bands. Pure.
import type { CatalogModel } from '../domain/catalog.ts';
import { type PicoUsd, amountOf, parseDecimal } from '../domain/money.ts';
import { pricesAt } from '../domain/prices.ts';

/** The estimate in pico-dollars at the tier and window that apply; undefined when a price is not known. */
export function estimateCost(
  model: CatalogModel,
  inputTokens: number,
  outputTokens: number,
  at: number,
): PicoUsd | undefined {
  if (!model.prices) return undefined;
  const { input, output, request } = pricesAt(model.prices, inputTokens, at);
  if (input === undefined || output === undefined || input.startsWith('-') || output.startsWith('-')) return undefined;
  const perRequest = request === undefined ? 0n : amountOf(decimal(request), 1);
  return amountOf(decimal(input), inputTokens) + amountOf(decimal(output), outputTokens) + perRequest;
}

/** (3 × input + output) ÷ 4 in USD per million tokens, as a double: for bands only, never for money. */
export function blendedUsdPerMillion(model: CatalogModel): number | undefined {
  const { input, output } = model.prices ?? {};
  if (input === undefined || output === undefined || input.startsWith('-')) return undefined;
  return ((3 * Number(input) + Number(output)) / 4) * 1_000_000;
}

// Price texts repeat from request to request; parsing one costs as much as the sum it is for.
const parsed = new Map<string, ReturnType<typeof parseDecimal>>();
const MOST_PARSED = 10_000;

function decimal(text: string): ReturnType<typeof parseDecimal> {
  const known = parsed.get(text);
  if (known) return known;
  if (parsed.size >= MOST_PARSED) parsed.clear();
  const value = parseDecimal(text);
  parsed.set(text, value);
  return value;
}
