// How far two price lists are apart, by what a call would be billed: each line at each length of prompt, time of day and service tier
// that either list tells apart, and who else says the same of it. Pure.
import { factorOf, isZero, normalPrices } from './comparePrices.ts';
import { parseDecimal } from './money.ts';
import {
  PRICE_LINES,
  type PriceLine,
  type PriceOverride,
  type Prices,
  type PricesNow,
  isInForce,
  minuteOfDay,
  pricesAt,
} from './prices.ts';

/** One kind of call that a list may price apart. */
type Point = {
  readonly promptTokens: number;
  /** Ms epoch. */
  readonly at: number;
  readonly serviceTier: string | undefined;
  /** Empty for the plain prices. */
  readonly label: string;
};

export type LineChange = {
  readonly line: PriceLine;
  /** For people, as `cachedInput above 200000 tokens`. */
  readonly name: string;
  readonly point: Point;
  /** True where an override sets the line: a source without one says nothing of it. */
  readonly isConditional: boolean;
  /** What the lists say themselves; undefined where they name no such line. */
  readonly old: string | undefined;
  readonly new: string | undefined;
  /** What is billed, by what stands in for a line that is not named. */
  readonly billedAs: string | undefined;
  /** Between nothing and something. */
  readonly crossesZero: boolean;
  /** Larger ÷ smaller; only for two known prices above zero. */
  readonly factor: number | undefined;
};

/** What a line that a list does not name is billed as, and compared with. A 1-hour cache write has an unknown cost then. */
const COMPARED_WITH: { readonly [line in PriceLine]?: readonly PriceLine[] } = {
  cachedInput: ['input'],
  cacheWrite5m: ['input'],
  cacheWrite1h: ['cacheWrite5m', 'input'],
  reasoning: ['output'],
};
/** Charged on top: not named is nothing. */
const ON_TOP: ReadonlySet<PriceLine> = new Set(['request', 'image', 'webSearch']);

/** Every line that a call would be billed otherwise, once for each pair of prices and whether an override sets it. */
export function changedLines(from: Prices, to: Prices): LineChange[] {
  const [a, b] = [normalPrices(from), normalPrices(to)];
  const told = new Set<string>();
  return pointsOf([a, b]).flatMap((point) => {
    const { promptTokens, at, serviceTier } = point;
    const [old, fresh] = [pricesAt(a, promptTokens, at, serviceTier), pricesAt(b, promptTokens, at, serviceTier)];
    return PRICE_LINES.flatMap((line) => {
      const change = changeOf(line, old, fresh);
      if (!change) return [];
      const isConditional = isOverridden(a, point, line) || isOverridden(b, point, line);
      const key = [line, isConditional, change.old, change.new, change.billedAs, change.factor].join(' ');
      if (told.has(key)) return [];
      told.add(key);
      return [{ ...change, line, name: `${line}${point.label}`, point, isConditional }];
    });
  });
}

function changeOf(
  line: PriceLine,
  old: PricesNow,
  fresh: PricesNow,
): Pick<LineChange, 'old' | 'new' | 'billedAs' | 'crossesZero' | 'factor'> | undefined {
  if (old[line] === undefined && fresh[line] === undefined) return undefined;
  const [before, after] = [billedAs(line, old), billedAs(line, fresh)];
  if (before === after) return undefined;
  const isKnown = before !== undefined && after !== undefined;
  const crossesZero = isKnown && isZero(before) !== isZero(after);
  const factor = isKnown && !isZero(before) && !isZero(after) ? factorOf(before, after) : undefined;
  return { old: old[line], new: fresh[line], billedAs: after, crossesZero, factor };
}

function billedAs(line: PriceLine, prices: PricesNow): string | undefined {
  if (prices[line] !== undefined) return prices[line];
  if (ON_TOP.has(line)) return '0';
  const instead = COMPARED_WITH[line]?.find((other) => prices[other] !== undefined);
  return instead && prices[instead];
}

/** One point in each stretch within which neither list changes. */
function pointsOf(lists: readonly Prices[]): Point[] {
  const overrides = lists.flatMap((list) => list.overrides ?? []);
  const lengths = unique([
    0,
    ...overrides.flatMap(({ minPromptTokens: least }) => (least === undefined ? [] : [least + 1])),
  ]);
  const edges = overrides.flatMap(({ utcStart, utcEnd }) => [utcStart, utcEnd].flatMap((edge) => edge ?? []));
  const minutes = unique([0, ...edges.map((edge) => minuteOfDay(edge) % 1_440)]);
  const days = overrides.some(({ utcDays }) => utcDays) ? [0, 1, 2, 3, 4, 5, 6] : [0];
  const tiers = [undefined, ...new Set(overrides.flatMap(({ serviceTier }) => serviceTier ?? []))];
  return tiers.flatMap((serviceTier) =>
    lengths.flatMap((promptTokens) =>
      days.flatMap((day) =>
        minutes.map((minute) => ({
          promptTokens,
          // 4 January 1970 was a Sunday, day 0.
          at: (day + 3) * 86_400_000 + minute * 60_000,
          serviceTier,
          label: [
            promptTokens === 0 ? '' : ` above ${promptTokens - 1} tokens`,
            minutes.length === 1 ? '' : ` at ${clockOf(minute)} UTC`,
            days.length === 1 ? '' : ` on ${DAYS[day] ?? ''}`,
            serviceTier === undefined ? '' : ` as ${serviceTier}`,
          ].join(''),
        })),
      ),
    ),
  );
}

const DAYS = ['Sundays', 'Mondays', 'Tuesdays', 'Wednesdays', 'Thursdays', 'Fridays', 'Saturdays'];

function clockOf(minute: number): string {
  return [Math.floor(minute / 60), minute % 60].map((part) => String(part).padStart(2, '0')).join(':');
}

function unique(numbers: readonly number[]): number[] {
  return [...new Set(numbers)].toSorted((a, b) => a - b);
}

function isOverridden({ overrides = [] }: Prices, point: Point, line: PriceLine): boolean {
  return overrides.some((override: PriceOverride) => {
    const { promptTokens, at, serviceTier } = point;
    return override[line] !== undefined && isInForce(override, promptTokens, at, serviceTier);
  });
}

export type SharedLine = {
  readonly line: PriceLine;
  readonly name: string;
  readonly ours: string;
  readonly theirs: string;
};

/** Every line that both lists name themselves, and of overrides those that are in force together. */
export function sharedLines(ours: Prices, theirs: Prices): SharedLine[] {
  const [a, b] = [normalPrices(ours), normalPrices(theirs)];
  const told = new Set<string>();
  return pointsOf([a, b]).flatMap((point) =>
    PRICE_LINES.flatMap((line) => {
      const [x, y] = [a, b].map((list) => pricesAt(list, point.promptTokens, point.at, point.serviceTier)[line]);
      const isShared = isOverridden(a, point, line) === isOverridden(b, point, line);
      const key = JSON.stringify([line, x, y]);
      if (x === undefined || y === undefined || !isShared || told.has(key)) return [];
      told.add(key);
      return [{ line, name: `${line}${point.label}`, ours: x, theirs: y }];
    }),
  );
}

/** What another source says of a model. `percent` is a difference that is known and meant. */
export type Opinion = {
  readonly source: string;
  readonly prices: Prices | undefined;
  readonly contextTokens?: number | undefined;
  readonly percent?: number;
};

/** `silent`: nobody else has all these lines. */
export type Verdict = { readonly kind: 'agrees' | 'differs' | 'silent'; readonly source?: string };

/** Whether anybody else says the same of these lines: of each, and by a line of its own, not by what stands in for it. */
export function askOthers(
  changes: readonly LineChange[],
  opinions: readonly Opinion[],
  withinPercent: number,
): Verdict {
  let differs: Verdict = { kind: 'silent' };
  for (const { source, prices, percent = 0 } of opinions) {
    if (!prices) continue;
    const answers = changes.map((change) => answerTo(change, normalPrices(prices), percent, withinPercent));
    if (answers.includes('differs')) differs = { kind: 'differs', source };
    else if (answers.length > 0 && !answers.includes('silent')) return { kind: 'agrees', source };
  }
  return differs;
}

function answerTo(change: LineChange, theirs: Prices, percent: number, withinPercent: number): Verdict['kind'] {
  const { line, point, isConditional, billedAs: ours } = change;
  if (isConditional && !isOverridden(theirs, point, line)) return 'silent';
  const stated = pricesAt(theirs, point.promptTokens, point.at, point.serviceTier)[line];
  if (stated === undefined || ours === undefined) return 'silent';
  const difference = differencePercent(stated, ours);
  return difference !== undefined && Math.abs(difference - percent) <= withinPercent ? 'agrees' : 'differs';
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
