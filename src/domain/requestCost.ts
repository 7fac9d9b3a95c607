// What a whole request cost, what its baseline would have, and the savings: the rules by which the gateway prices and the audit
// counts again. Pure.
import { formatUsd, parseUsd } from './money.ts';
import type { Prices } from './prices.ts';
import { type Usage, costOf, costUsd, promptTokens } from './usage.ts';

/** Everything that was paid for, failed attempts too; null as soon as one part of it is not known. */
export function totalCostUsd(
  attempts: readonly { readonly usage: Usage | null; readonly costUsd: string | null }[],
): string | null {
  let total = 0n;
  for (const { usage, costUsd: cost } of attempts) {
    if (!usage) continue;
    if (cost === null) return null;
    total += parseUsd(cost);
  }
  return formatUsd(total);
}

/** The same counts on another model, without the cache of the one that answered: always an estimate. */
export function plainUsage(usage: Usage): Usage {
  return { ...usage, input: promptTokens(usage), cachedInput: 0, cacheWrite5m: 0, cacheWrite1h: 0, webSearches: 0 };
}

/** The road not taken at the counts that were used: an estimate. Null when a price is not known. */
export function baselineCostUsd(usage: Usage, prices: Prices | undefined, at: number): string | null {
  return costUsd(costOf(plainUsage(usage), prices, at));
}

export function savingsUsd(cost: string | null, baseline: string | null): string | null {
  return cost !== null && baseline !== null ? formatUsd(parseUsd(baseline) - parseUsd(cost)) : null;
}
