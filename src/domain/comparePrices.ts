// Comparing price lists exactly: what is equal whatever its digits, and how far two prices are apart. Pure.
import { createHash } from 'node:crypto';
import { canonicalJson } from './canonicalJson.ts';
import { compareDecimals, formatDecimal, parseDecimal } from './money.ts';
import { PRICE_LINES, type PriceLine, type PriceOverride, type Prices } from './prices.ts';

const REQUIRED: ReadonlySet<PriceLine> = new Set(['input', 'output']);

/** Decimals without trailing zeros, and optional lines of "0" left out: feeds write absent prices so. */
export function normalPrices(prices: Prices): Prices {
  const overrides = prices.overrides?.map((override) => ({
    ...conditionsOf(override),
    ...normalLines(override, false),
  }));
  return { ...normalLines(prices, true), ...(overrides?.length ? { overrides } : {}) };
}

function conditionsOf({ minPromptTokens, utcStart, utcEnd, utcDays, serviceTier }: PriceOverride): PriceOverride {
  return JSON.parse(JSON.stringify({ minPromptTokens, utcStart, utcEnd, utcDays, serviceTier })) as PriceOverride;
}

function normalLines(lines: Prices | PriceOverride, dropZeros: boolean): Omit<Prices, 'overrides'> {
  return Object.fromEntries(
    PRICE_LINES.flatMap((line) => {
      const text = lines[line];
      if (text === undefined) return [];
      const normal = formatDecimal(parseDecimal(text));
      return dropZeros && normal === '0' && !REQUIRED.has(line) ? [] : [[line, normal]];
    }),
  );
}

/** Names a price list: equal lists have equal fingerprints. */
export function fingerprintOf(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex').slice(0, 32);
}

/** A feed's "0" for an optional line, or less, means that it tells no price: nothing but a model that is free bills it as nothing. */
export function statedPrices(prices: Prices): Prices {
  if (isZero(prices.input) && isZero(prices.output)) return prices;
  const { overrides, ...lines } = prices;
  const stated = (overrides ?? []).map((override) => ({ ...conditionsOf(override), ...statedLines(override) }));
  return { ...statedLines(lines), ...(stated.length > 0 ? { overrides: stated } : {}) };
}

function statedLines(lines: Prices | PriceOverride): Omit<Prices, 'overrides'> {
  return Object.fromEntries(
    PRICE_LINES.flatMap((line) => {
      const text = lines[line];
      const isPrice = text !== undefined && (REQUIRED.has(line) || parseDecimal(text).coefficient > 0n);
      return isPrice ? [[line, text]] : [];
    }),
  );
}

export function pricesFingerprint(prices: Prices | undefined): string {
  return fingerprintOf(prices ? normalPrices(prices) : null);
}

export function samePrices(a: Prices | undefined, b: Prices | undefined): boolean {
  return pricesFingerprint(a) === pricesFingerprint(b);
}

export function hasWindows({ overrides }: Prices): boolean {
  return overrides?.some(({ utcStart }) => utcStart !== undefined) ?? false;
}

export function sameSchedule(a: Prices, b: Prices): boolean {
  return fingerprintOf(normalPrices(a).overrides ?? []) === fingerprintOf(normalPrices(b).overrides ?? []);
}

/** Equal numbers, whatever their digits; what is not known equals nothing. */
export function sameDecimal(a: string | undefined, b: string | undefined): boolean {
  return a !== undefined && b !== undefined && compareDecimals(parseDecimal(a), parseDecimal(b)) === 0;
}

export function isZero(text: string | undefined): boolean {
  return text !== undefined && parseDecimal(text).coefficient === 0n;
}

/** How many times the larger is the smaller, to six digits: exact enough to be compared with a limit. */
export function factorOf(a: string, b: string): number {
  const [x, y] = [parseDecimal(a), parseDecimal(b)];
  const [small, large] = compareDecimals(x, y) <= 0 ? [x, y] : [y, x];
  const scale = Math.max(small.scale, large.scale);
  const at = ({ coefficient, scale: own }: typeof x) => coefficient * 10n ** BigInt(scale - own);
  return Number((at(large) * 1_000_000n) / at(small)) / 1_000_000;
}

/** USD per million tokens, for people. */
export function perMillion(text: string | undefined): string {
  if (text === undefined) return 'unknown';
  const { coefficient, scale } = parseDecimal(text);
  return scale >= 6
    ? formatDecimal({ coefficient, scale: scale - 6 })
    : formatDecimal({ coefficient: coefficient * 10n ** BigInt(6 - scale), scale: 0 });
}
