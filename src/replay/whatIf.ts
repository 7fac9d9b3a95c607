// The same pure decision over recorded inputs under another policy or price list: what one request would have done, and the sum
// over many. Money, quality and latency of a road not taken are estimates. Pure.
import type { Catalog } from '../domain/catalog.ts';
import type { Candidate } from '../domain/decision.ts';
import { formatUsd } from '../domain/money.ts';
import type { Policy } from '../domain/policy.ts';
import { plainUsage } from '../domain/requestCost.ts';
import { type Usage, costOf } from '../domain/usage.ts';
import type { DecisionContext } from '../routing/decide.ts';
import { CURRENT_DECIDER, deciderOf } from '../routing/deciders.ts';
import type { RequestEvents } from './history.ts';

/** What is different; what is absent stays as each request had it. */
export type WhatIfPlan = { readonly policy?: Policy | undefined; readonly catalog?: Catalog | undefined };

/** One side of a comparison. Null = not known, or no model could be chosen. */
export type Side = {
  readonly model: string | null;
  /** Pico-dollars at the counts that were used. */
  readonly cost: bigint | null;
  readonly quality: number | null;
  readonly latencyMs: number | null;
};
export type Compared = {
  readonly requestId: string;
  readonly taskType: string;
  readonly moved: boolean;
  readonly before: Side;
  readonly after: Side;
  readonly reason: string;
};

export function compareRequest(
  { routed, completed }: RequestEvents,
  recorded: DecisionContext,
  plan: WhatIfPlan,
): Compared {
  const catalog = plan.catalog ?? recorded.catalog;
  const decide = deciderOf(CURRENT_DECIDER);
  const { outcome } = decide(routed.inputs, { ...recorded, catalog, policy: plan.policy ?? recorded.policy });
  const price = (model: string | undefined, of: Catalog) =>
    costOn(model, completed?.usage, completed?.modelId, of, routed.inputs.at);
  const from = routed.outcome.chain[0]?.modelId;
  const to = outcome.chain[0]?.modelId;
  return {
    requestId: routed.requestId,
    taskType: routed.inputs.features.taskType,
    moved: from !== to,
    before: toSide(from, routed.outcome.candidates, price(from, recorded.catalog)),
    after: toSide(to, outcome.candidates, price(to, catalog)),
    reason: outcome.reason,
  };
}

function toSide(model: string | undefined, candidates: readonly Candidate[], cost: bigint | null): Side {
  const candidate = candidates.find(({ modelId }) => modelId === model);
  return {
    model: model ?? null,
    cost,
    quality: candidate?.parts.quality ?? null,
    latencyMs: candidate?.expectedLatencyMs ?? null,
  };
}

/** At the counts that were used; on a model that did not answer, without the cache of the one that did. */
function costOn(
  model: string | undefined,
  usage: Usage | null | undefined,
  answeredBy: string | null | undefined,
  catalog: Catalog,
  at: number,
): bigint | null {
  if (model === undefined || !usage) return null;
  const counted = model === answeredBy ? usage : plainUsage(usage);
  return costOf(counted, catalog.models.get(model)?.prices, at)?.total ?? null;
}

export type Totals = {
  readonly cost_usd: string;
  /** Means over the requests where both sides are known; null where none is. */
  readonly quality: number | null;
  readonly latency_ms: number | null;
};
export type Mover = {
  readonly request_id: string;
  readonly task_type: string;
  readonly from_model: string | null;
  readonly to_model: string | null;
  readonly cost_before_usd: string | null;
  readonly cost_after_usd: string | null;
  readonly difference_usd: string | null;
};
export type WhatIfReport = {
  readonly requests: number;
  /** Those whose cost is known on both sides: the money is over them. */
  readonly compared: number;
  /** Those whose cost is known and would not be: no model, or one without a price. */
  readonly cost_unknown: number;
  readonly moved: number;
  /** Those for which no model could be chosen any more. */
  readonly unroutable: number;
  readonly before: Totals;
  readonly after: Totals;
  readonly by_model: readonly { readonly model: string; readonly before: number; readonly after: number }[];
  readonly movers: readonly Mover[];
  readonly notes: readonly string[];
};

export type WhatIfTally = { add(compared: Compared): void; report(notes?: readonly string[]): WhatIfReport };

const MOST_MOVERS = 20;
const NO_MODEL = 'none';

export function createWhatIfTally(): WhatIfTally {
  const counts = { requests: 0, compared: 0, cost_unknown: 0, moved: 0, unroutable: 0 };
  const cost = { before: 0n, after: 0n };
  const quality = createMeans();
  const latency = createMeans();
  const models = new Map<string, { before: number; after: number }>();
  let movers: Compared[] = [];
  const count = (model: string | null, side: 'before' | 'after') => {
    const entry = models.get(model ?? NO_MODEL) ?? { before: 0, after: 0 };
    entry[side] += 1;
    models.set(model ?? NO_MODEL, entry);
  };
  return {
    add(compared) {
      const { before, after, moved } = compared;
      counts.requests += 1;
      if (after.model === null) counts.unroutable += 1;
      count(before.model, 'before');
      count(after.model, 'after');
      quality.add(before.quality, after.quality);
      latency.add(before.latencyMs, after.latencyMs);
      if (before.cost !== null && after.cost === null) counts.cost_unknown += 1;
      if (before.cost !== null && after.cost !== null) {
        counts.compared += 1;
        cost.before += before.cost;
        cost.after += after.cost;
      }
      if (!moved) return;
      counts.moved += 1;
      movers.push(compared);
      if (movers.length > MOST_MOVERS * 10) movers = largest(movers);
    },
    report: (notes = []) => ({
      ...counts,
      before: { cost_usd: formatUsd(cost.before), quality: quality.before(), latency_ms: latency.before() },
      after: { cost_usd: formatUsd(cost.after), quality: quality.after(), latency_ms: latency.after() },
      by_model: [...models]
        .map(([model, sides]) => ({ model, ...sides }))
        .sort((a, b) => b.after - a.after || b.before - a.before || (a.model < b.model ? -1 : 1)),
      movers: largest(movers).map(toMover),
      notes: [...ESTIMATES, ...notes],
    }),
  };
}

const ESTIMATES = [
  'Costs are estimates: the token counts that were used, priced on the model that would have been chosen first; another model may answer longer or shorter, and has no warm cache.',
  'Quality and latency are what the policy expects of the chosen model, not measurements.',
];

export function toMover({ requestId, taskType, before, after }: Compared): Mover {
  return {
    request_id: requestId,
    task_type: taskType,
    from_model: before.model,
    to_model: after.model,
    cost_before_usd: before.cost === null ? null : formatUsd(before.cost),
    cost_after_usd: after.cost === null ? null : formatUsd(after.cost),
    difference_usd: before.cost === null || after.cost === null ? null : formatUsd(after.cost - before.cost),
  };
}

function largest(movers: readonly Compared[]): Compared[] {
  return [...movers].sort((a, b) => (size(a) > size(b) ? -1 : size(a) < size(b) ? 1 : 0)).slice(0, MOST_MOVERS);
}

function size({ before, after }: Compared): bigint {
  if (before.cost === null || after.cost === null) return -1n;
  const difference = after.cost - before.cost;
  return difference < 0n ? -difference : difference;
}

function createMeans() {
  const sums = { before: 0, after: 0, count: 0 };
  const mean = (sum: number) => (sums.count === 0 ? null : Math.round((sum / sums.count) * 1e6) / 1e6);
  return {
    add(before: number | null, after: number | null) {
      if (before === null || after === null) return;
      sums.before += before;
      sums.after += after;
      sums.count += 1;
    },
    before: () => mean(sums.before),
    after: () => mean(sums.after),
  };
}
