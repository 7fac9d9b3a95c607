// What a request would cost on a model, exactly, and a model's blended price for price bands. Pure.
import type { CatalogModel } from '../domain/catalog.ts';
import { type Decimal, type PicoUsd, amountOf, parseDecimal } from '../domain/money.ts';
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
  const lines = [
    amount(input, inputTokens),
    amount(output, outputTokens),
    request === undefined ? 0 : amount(request, 1),
  ];
  let total = 0;
  for (const line of lines) {
    if (typeof line === 'bigint') return lines.reduce<bigint>((sum, one) => sum + BigInt(one), 0n);
    total += line;
  }
  return total <= Number.MAX_SAFE_INTEGER ? BigInt(total) : lines.reduce<bigint>((sum, one) => sum + BigInt(one), 0n);
}

/** (3 × input + output) ÷ 4 in USD per million tokens, as a double: for bands only, never for money. */
export function blendedUsdPerMillion(model: CatalogModel): number | undefined {
  const { input, output } = model.prices ?? {};
  if (input === undefined || output === undefined || input.startsWith('-')) return undefined;
  return ((3 * Number(input) + Number(output)) / 4) * 1_000_000;
}

// Price texts repeat from request to request; parsing one costs as much as the sum it is for. Where a price has no digit finer
// than a pico-dollar, a plain integer gives the same amount several times faster, as long as it stays exact.
type Parsed = { readonly price: Decimal; readonly picoPerUnit: number };
const parsed = new Map<string, Parsed>();
const MOST_PARSED = 10_000;
const PICO_DIGITS = 12;

function amount(text: string, count: number): number | bigint {
  const { price, picoPerUnit } = parse(text);
  const product = picoPerUnit * count;
  return product <= Number.MAX_SAFE_INTEGER ? product : amountOf(price, count);
}

/** `picoPerUnit` is infinite where a plain integer cannot hold it. */
function parse(text: string): Parsed {
  const known = parsed.get(text);
  if (known) return known;
  if (parsed.size >= MOST_PARSED) parsed.clear();
  const price = parseDecimal(text);
  const pico = price.scale <= PICO_DIGITS ? amountOf(price, 1) : undefined;
  const exact = pico !== undefined && pico <= BigInt(Number.MAX_SAFE_INTEGER);
  const value = { price, picoPerUnit: exact ? Number(pico) : Number.POSITIVE_INFINITY };
  parsed.set(text, value);
  return value;
}
