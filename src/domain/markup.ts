// The router's own markup on what a call cost, by the price band of the model that answered. Pure and exact.
import { z } from 'zod';
import { type PicoUsd, amountOf, compareDecimals, formatUsd, isDecimal, parseDecimal, parseUsd } from './money.ts';
import type { Prices } from './prices.ts';

/** Applies to models whose blended price (3 input : 1 output) is below that; the last band has null and takes the rest. */
export const MarkupBand = z.strictObject({
  below_usd_per_million: z.string().refine(isAmount, 'a decimal number of USD, as text').nullable(),
  percent: z.string().refine(isPercent, 'a decimal number from 0 to 100, as text'),
});
export type MarkupBand = z.infer<typeof MarkupBand>;

/** Ascending, and only the last one open. */
export const Markup = z
  .array(MarkupBand)
  .min(1)
  .max(8)
  .refine(isAscending, 'bands in ascending order, the last one with null');

function isAmount(text: string): boolean {
  return isDecimal(text) && !text.startsWith('-');
}

function isPercent(text: string): boolean {
  return isAmount(text) && compareDecimals(parseDecimal(text), parseDecimal('100')) <= 0;
}

function isAscending(bands: readonly MarkupBand[]): boolean {
  return bands.every(({ below_usd_per_million: below }, index) => {
    const next = bands[index + 1]?.below_usd_per_million;
    if (next === undefined) return below === null;
    return (
      below !== null &&
      (next === null ||
        !isAmount(next) ||
        !isAmount(below) ||
        compareDecimals(parseDecimal(below), parseDecimal(next)) < 0)
    );
  });
}

/** Of the band of the model that answered, "0" where none fits or its price is not known; null = the org has no markup. */
export function markupPercent(prices: Prices | undefined, bands: readonly MarkupBand[] | null): string | null {
  return bands && (bandOf(prices, bands)?.percent ?? '0');
}

/** What is added to a cost, in pico-dollars, rounded half-even once. */
export function markupOn(cost: PicoUsd, percent: string | null): PicoUsd {
  if (percent === null) return 0n;
  const { coefficient, scale } = parseDecimal(percent);
  // The amount is whole picos; as a "price" of pico-dollars a unit it is rounded by the one rule that there is.
  return amountOf({ coefficient: coefficient * cost, scale: scale + 2 + 12, raw: '' }, 1);
}

/** As the event keeps it: null when the org has no markup or the cost is not known. */
export function markupUsd(cost: string | null, percent: string | null): string | null {
  return cost === null || percent === null ? null : formatUsd(markupOn(parseUsd(cost), percent));
}

/** Cost and markup; null when the cost is not known. */
export function chargedUsd(cost: string | null, markup: string | null | undefined): string | null {
  return cost === null ? null : formatUsd(parseUsd(cost) + parseUsd(markup ?? '0'));
}

function bandOf(prices: Prices | undefined, bands: readonly MarkupBand[]): MarkupBand | undefined {
  if (prices?.input === undefined || prices.output === undefined) return undefined;
  const input = parseDecimal(prices.input);
  const output = parseDecimal(prices.output);
  const scale = Math.max(input.scale, output.scale);
  const widen = (of: typeof input) => of.coefficient * 10n ** BigInt(scale - of.scale);
  // Four times the blended price of a token, against four times the band's price of one.
  const blended = { coefficient: 3n * widen(input) + widen(output), scale, raw: '' };
  return bands.find(({ below_usd_per_million: below }) => {
    if (below === null) return true;
    const { coefficient, scale: places } = parseDecimal(below);
    return compareDecimals(blended, { coefficient: 4n * coefficient, scale: places + 6, raw: '' }) < 0;
  });
}
