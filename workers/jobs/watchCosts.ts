// Where a provider says itself what a call cost: both figures of the last day side by side, and an alert with its cause where they
// differ by more than a hundredth. Changes nothing.
import { foldCatalog } from '../../src/domain/foldCatalog.ts';
import { type Usage, costOf } from '../../src/domain/usage.ts';
import { isoTime } from '../../src/platform/clock.ts';
import type { Queryable } from '../../src/platform/postgres.ts';
import { readCatalogEvents } from '../applyPlan.ts';
import type { Job } from '../job.ts';
import { keepAlerts } from '../records/alerts.ts';
import { type CostPair, driftAlerts } from '../rules/findCostDrift.ts';

const SPAN_MS = 24 * 3_600_000;
const MOST_CALLS = 50_000;

export const watchCosts: Job<'watchCosts'> = {
  timeoutMs: 120_000,
  isFrequent: false,
  async run(tools, { dryRun }) {
    const { postgres, clock, random } = tools;
    const now = clock.now();
    const catalog = foldCatalog(await readCatalogEvents(tools));
    const calls = await readReported(postgres, now - SPAN_MS);
    const pairs = calls.flatMap(({ model, usage, at }): CostPair[] => {
      const ours = costOf(usage, catalog.models.get(model)?.prices, at)?.total;
      return ours === undefined ? [] : [{ model, usage, ours }];
    });
    const alerts = driftAlerts(pairs);
    if (!dryRun) await postgres.transaction((client) => keepAlerts(client, random, alerts, isoTime(now)));
    return { calls: calls.length, compared: pairs.length, alerts: alerts.map(({ message }) => message) };
  },
};

type Reported = { readonly model: string; readonly usage: Usage; readonly at: number };

async function readReported(postgres: Queryable, since: number): Promise<Reported[]> {
  const { rows } = await postgres.query<{ model: string; usage: Usage; routed_at: Date }>(
    `select a->>'model' as model, a->'usage' as usage, routed_at
     from rerate_inputs, jsonb_array_elements(attempts) a
     where routed_at >= $1 and a->'usage'->>'reportedCostUsd' is not null
     order by routed_at desc limit $2`,
    [isoTime(since), MOST_CALLS],
  );
  return rows.map(({ model, usage, routed_at }) => ({ model, usage, at: routed_at.getTime() }));
}
