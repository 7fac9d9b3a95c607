// Every amount of a request once more, from its token counts and the price list of the catalog version that it names. Pure.
import type { Catalog } from '../domain/catalog.ts';
import { markupUsd } from '../domain/markup.ts';
import { baselineCostUsd, savingsUsd, totalCostUsd } from '../domain/requestCost.ts';
import { costOf, costUsd } from '../domain/usage.ts';
import { type Difference, findDifferences } from './differences.ts';
import type { RequestEvents } from './history.ts';

export function recountCosts({ routed, attempts, completed }: RequestEvents, catalog: Catalog): Difference[] {
  const { at } = routed.inputs;
  const found = attempts.flatMap(({ attempt, modelId, usage, costUsd: recorded }) => {
    const again = usage ? costUsd(costOf(usage, catalog.models.get(modelId)?.prices, at)) : null;
    return findDifferences(recorded, again, `attempts[${attempt}].costUsd`);
  });
  if (!completed) return found;
  const { usage, baselineModelId, outcome } = completed;
  const cost = totalCostUsd(attempts);
  // Only a whole answer is compared with the road not taken.
  const baseline =
    usage && outcome === 'succeeded' && baselineModelId !== null
      ? baselineCostUsd(usage, catalog.models.get(baselineModelId)?.prices, at)
      : null;
  // Older events do not say by what percent.
  const percent = completed.markupPercent;
  const again = {
    costUsd: cost,
    baselineModelId: routed.outcome.baseline?.modelId ?? null,
    baselineCostUsd: baseline,
    savingsUsd: savingsUsd(cost, baseline),
    ...(percent === undefined ? {} : { markupUsd: markupUsd(cost, percent) }),
    catalogVersion: routed.catalogVersion,
  };
  const recorded = {
    costUsd: completed.costUsd,
    baselineModelId,
    baselineCostUsd: completed.baselineCostUsd,
    savingsUsd: completed.savingsUsd,
    ...(percent === undefined ? {} : { markupUsd: completed.markupUsd ?? null }),
    catalogVersion: completed.catalogVersion,
  };
  return [...found, ...findDifferences(recorded, again, 'completion')];
}
