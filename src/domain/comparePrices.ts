// Comparing price lists exactly: what is equal whatever its digits, how far two prices are apart, and who agrees. Pure.
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

function conditionsOf({ minPromptTokens, utcStart, utcEnd, utcDays }: PriceOverride): PriceOverride {
  return JSON.parse(JSON.stringify({ minPromptTokens, utcStart, utcEnd, utcDays })) as PriceOverride;
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

export type LineChange = {
  readonly line: string;
  readonly old: string | undefined;
  readonly new: string | undefined;
  /** Between nothing and something. */
  readonly crossesZero: boolean;
  /** Larger ÷ smaller, 1 when they are equal; only for two known prices above zero. */
  readonly factor: number | undefined;
};

/** The lines that differ, those of overrides by their place. */
export function changedLines(from: Prices, to: Prices): LineChange[] {
  const [a, b] = [normalPrices(from), normalPrices(to)];
  const lines = changesOf('', a, b);
  const count = Math.max(a.overrides?.length ?? 0, b.overrides?.length ?? 0);
  for (let place = 0; place < count; place += 1) {
    const [old, fresh] = [a.overrides?.[place], b.overrides?.[place]];
    // A tier that comes or goes is compared with what held in its place before: the plain price.
    lines.push(...changesOf(`overrides[${place}].`, old ?? within(a, fresh), fresh ?? within(b, old)));
  }
  return lines;
}

/** The plain lines that an override names. */
function within(prices: Prices, override: PriceOverride | undefined): Prices {
  return Object.fromEntries(
    PRICE_LINES.flatMap((line) =>
      override?.[line] === undefined || prices[line] === undefined ? [] : [[line, prices[line]]],
    ),
  );
}

function changesOf(prefix: string, a: Prices | PriceOverride, b: Prices | PriceOverride): LineChange[] {
  return PRICE_LINES.flatMap((line) => {
    const [old, fresh] = [a[line], b[line]];
    if (old === fresh) return [];
    const crossesZero = old !== undefined && fresh !== undefined && isZero(old) !== isZero(fresh);
    const known = old !== undefined && fresh !== undefined && !isZero(old) && !isZero(fresh);
    return [
      { line: `${prefix}${line}`, old, new: fresh, crossesZero, factor: known ? factorOf(old, fresh) : undefined },
    ];
  });
}

function isZero(text: string | undefined): boolean {
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

/** What another source says of a model. `percent` is a difference that is known and meant. */
export type Opinion = {
  readonly source: string;
  readonly prices: Prices | undefined;
  readonly contextTokens?: number | undefined;
  readonly percent?: number;
};

/** `silent`: nobody else knows both prices. */
export type Verdict = { readonly kind: 'agrees' | 'differs' | 'silent'; readonly source?: string };

/** Whether anybody else says the same of input and output. */
export function askOthers(proposed: Prices, opinions: readonly Opinion[], withinPercent: number): Verdict {
  let differs: Verdict = { kind: 'silent' };
  for (const { source, prices, percent = 0 } of opinions) {
    const input = differencePercent(prices?.input, proposed.input);
    const output = differencePercent(prices?.output, proposed.output);
    if (input === undefined || output === undefined) continue;
    if (Math.abs(input - percent) <= withinPercent && Math.abs(output - percent) <= withinPercent)
      return { kind: 'agrees', source };
    differs = { kind: 'differs', source };
  }
  return differs;
}

/** How much more `ours` is than `theirs`, in percent; undefined when one is not known. */
export function differencePercent(theirs: string | undefined, ours: string | undefined): number | undefined {
  if (theirs === undefined || ours === undefined) return undefined;
  const [x, y] = [parseDecimal(theirs), parseDecimal(ours)];
  if (x.coefficient <= 0n || y.coefficient < 0n) return x.coefficient === y.coefficient ? 0 : undefined;
  const scale = Math.max(x.scale, y.scale);
  const at = ({ coefficient, scale: own }: typeof x) => coefficient * 10n ** BigInt(scale - own);
  return Number(((at(y) - at(x)) * 100_000_000n) / at(x)) / 1_000_000;
}

/** USD per million tokens, for people. */
export function perMillion(text: string | undefined): string {
  if (text === undefined) return 'unknown';
  const { coefficient, scale } = parseDecimal(text);
  return scale >= 6
    ? formatDecimal({ coefficient, scale: scale - 6 })
    : formatDecimal({ coefficient: coefficient * 10n ** BigInt(6 - scale), scale: 0 });
}
