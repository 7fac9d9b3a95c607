// Our cost of a call against what the provider says it charged: by model, and where they part, what the calls that part have in
// common. Pure.
import { type PicoUsd, compareDecimals, formatUsd, parseDecimal, parseUsd } from '../../src/domain/money.ts';
import { type Usage, promptTokens } from '../../src/domain/usage.ts';
import type { AlertDraft } from './feedPlan.ts';

export type CostPair = { readonly model: string; readonly usage: Usage; readonly ours: PicoUsd };

/** A hundredth; and below that amount a vendor's own rounding is all there is to see. */
const MOST_DRIFT = 0.01;
const LEAST: PicoUsd = 1_000_000n;
/** Ratios that are this close to each other are one ratio. */
const SAME = 0.005;

export function driftAlerts(pairs: readonly CostPair[]): AlertDraft[] {
  const byModel = new Map<string, CostPair[]>();
  for (const pair of pairs) byModel.set(pair.model, [...(byModel.get(pair.model) ?? []), pair]);
  return [...byModel].flatMap(([model, calls]) => {
    const ours = sum(calls.map((call) => call.ours));
    const theirs = sum(calls.map(reportedOf));
    if (theirs < LEAST && ours < LEAST) return [];
    const drift = ratio(ours, theirs) - 1;
    // Call by call as well: what is too much here and too little there comes to nothing in the sum.
    const apart = ratio(sum(calls.map((call) => absolute(call.ours - reportedOf(call)))), theirs);
    if (Math.max(Math.abs(drift), apart) <= MOST_DRIFT) return [];
    const percent = Number.isFinite(drift)
      ? `${drift > 0 ? '+' : ''}${(drift * 100).toFixed(1)} %, ${(apart * 100).toFixed(1)} % call by call`
      : 'without measure';
    const message = `Our cost of ${model} differs from what the provider charged: ${formatUsd(ours)} against ${formatUsd(theirs)} USD over ${calls.length} calls of the last day (${percent}). ${causeOf(calls)}`;
    return [{ kind: 'cost_drift', subject: model, key: '', quietHours: 24, message }];
  });
}

/** A vendor may say more digits than a pico-dollar. */
function reportedOf({ usage }: CostPair): PicoUsd {
  const text = usage.reportedCostUsd ?? '0';
  const { coefficient, scale } = parseDecimal(text);
  return scale <= 12 ? parseUsd(text) : coefficient / 10n ** BigInt(scale - 12);
}

function sum(amounts: readonly PicoUsd[]): PicoUsd {
  return amounts.reduce((total, one) => total + one, 0n);
}

function absolute(amount: PicoUsd): PicoUsd {
  return amount < 0n ? -amount : amount;
}

/** For comparing only, never for money. */
function ratio(ours: PicoUsd, theirs: PicoUsd): number {
  return theirs === 0n ? Number.POSITIVE_INFINITY : Number(ours) / Number(theirs);
}

const SIGNS: readonly { readonly words: string; readonly has: (usage: Usage) => boolean }[] = [
  { words: 'were served as a tier of their own', has: ({ serviceTier }) => serviceTier !== undefined },
  { words: 'wrote to the cache', has: ({ cacheWrite5m, cacheWrite1h }) => cacheWrite5m + cacheWrite1h > 0 },
  { words: 'read from the cache', has: ({ cachedInput }) => cachedInput > 0 },
  { words: 'searched the web', has: ({ webSearches = 0 }) => webSearches > 0 },
  { words: 'held images', has: ({ images = 0 }) => images > 0 },
  { words: 'thought', has: ({ reasoning }) => reasoning > 0 },
  { words: 'had more than 100,000 tokens of prompt', has: (usage) => promptTokens(usage) > 100_000 },
  { words: 'were counted by an estimate', has: ({ estimated }) => estimated === true },
];

/** What all calls that part have, and none of those that agree. */
function causeOf(calls: readonly CostPair[]): string {
  const parting = calls.filter((call) => Math.abs(ratio(call.ours, reportedOf(call)) - 1) > MOST_DRIFT);
  const agreeing = calls.filter((call) => !parting.includes(call));
  const sign = SIGNS.find(
    ({ has }) => parting.every(({ usage }) => has(usage)) && !agreeing.some(({ usage }) => has(usage)),
  );
  const free = parting.filter(({ usage }) => compareDecimals(parseDecimal(usage.reportedCostUsd ?? '0'), ZERO) === 0);
  if (free.length === parting.length)
    return 'The provider says these calls cost nothing: a key of your own, or a free variant.';
  const ratios = parting.map((call) => ratio(call.ours, reportedOf(call)));
  const first = ratios[0] ?? 1;
  const isOneRatio = ratios.every((one) => Math.abs(one / first - 1) < SAME);
  if (agreeing.length === 0 && isOneRatio)
    return `Every call parts by the same factor (${first.toFixed(3)}): the price list is another one than the provider's.`;
  if (sign)
    return `Those ${parting.length} that part are those that ${sign.words}: look at that line of the price list.`;
  return `${parting.length} of ${calls.length} calls part, and nothing sets them apart: several endpoints with prices of their own, perhaps.`;
}

const ZERO = parseDecimal('0');
