// Where a provider says itself what a call cost: both figures of the last day side by side, and an alert with its cause where they
// differ by more than a hundredth. Changes nothing.
import { parseUsd } from '../../src/domain/money.ts';
import type { Usage } from '../../src/domain/usage.ts';
import { isoTime } from '../../src/platform/clock.ts';
import type { Queryable } from '../../src/platform/postgres.ts';
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
    const calls = await readReported(postgres, now - SPAN_MS);
    const pairs = calls.flatMap(({ model, usage, costUsd }): CostPair[] =>
      costUsd === null ? [] : [{ model, usage, ours: parseUsd(costUsd) }],
    );
    const alerts = driftAlerts(pairs);
    if (!dryRun) await postgres.transaction((client) => keepAlerts(client, random, alerts, isoTime(now)));
    return { calls: calls.length, compared: pairs.length, alerts: alerts.map(({ message }) => message) };
  },
};

type Reported = { readonly model: string; readonly usage: Usage; readonly costUsd: string | null };

/**
 * The cost is the one that was recorded, at the prices of that time: a price that has changed since is no drift. Two attempts of one
 * request with the same model, counts and charge have the same cost.
 */
async function readReported(postgres: Queryable, since: number): Promise<Reported[]> {
  const { rows } = await postgres.query<{ model: string; usage: Usage; cost_usd: string | null }>(
    `select a->>'model' as model, a->'usage' as usage,
       (select r.cost_usd from request_attempts r
        where r.request_id = i.request_id and r.model = a->>'model'
          and r.reported_cost_usd = (a->'usage'->>'reportedCostUsd')::numeric
          and r.tokens_output = (a->'usage'->>'output')::integer
        limit 1)::text as cost_usd
     from rerate_inputs i, jsonb_array_elements(i.attempts) a
     where i.routed_at >= $1 and a->'usage'->>'reportedCostUsd' is not null
     order by i.routed_at desc limit $2`,
    [isoTime(since), MOST_CALLS],
  );
  return rows.map(({ model, usage, cost_usd }) => ({ model, usage, costUsd: cost_usd }));
}
