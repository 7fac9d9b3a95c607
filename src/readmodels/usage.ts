// What an org used in a span of time, summed exactly in SQL. Amounts are exact decimal texts in USD.
import type { Queryable } from '../platform/postgres.ts';

export type UsageRow = {
  readonly key: string;
  readonly requests: number;
  readonly errors: number;
  readonly unpriced: number;
  readonly tokens: number;
  readonly costUsd: string;
  readonly savingsUsd: string;
};
export type UsageReport = {
  readonly total: Omit<UsageRow, 'key'>;
  readonly byModel: readonly UsageRow[];
  readonly byTaskType: readonly UsageRow[];
  readonly byDate: readonly UsageRow[];
};

type Row = {
  grouping: number;
  key: string | null;
  requests: bigint;
  errors: bigint;
  unpriced: bigint;
  tokens: bigint | null;
  cost: string;
  savings: string;
};

/** `from` is inclusive, `to` exclusive, both at any instant. A request counts from its end on, at the time it was routed. */
export async function readUsage(
  postgres: Queryable,
  { orgId, from, to }: { orgId: string; from: Date; to: Date },
): Promise<UsageReport> {
  const { rows } = await postgres.query<Row>(
    `with r as (
       select coalesce(model_used, 'none') as model, task_type, to_char(created_at at time zone 'UTC', 'YYYY-MM-DD') as day,
         success, tokens, cost, savings_usd
       from requests where org_id = $1 and created_at >= $2 and created_at < $3 and outcome <> 'routed')
     select grouping(model, task_type, day) as grouping, coalesce(model, task_type, day) as key, count(*) as requests,
       count(*) filter (where not success) as errors, count(*) filter (where success and cost is null) as unpriced,
       coalesce(sum(tokens), 0)::bigint as tokens, coalesce(sum(cost), 0)::text as cost, coalesce(sum(savings_usd), 0)::text as savings
     from r group by grouping sets ((), (model), (task_type), (day))
     order by 1, requests desc, key`,
    [orgId, from.toISOString(), to.toISOString()],
  );
  const of = (grouping: number) => rows.filter((row) => row.grouping === grouping).map(toUsageRow);
  const { key: _, ...total } = of(7)[0] ?? EMPTY;
  return { total, byModel: of(3), byTaskType: of(5), byDate: of(6).sort((a, b) => (a.key < b.key ? -1 : 1)) };
}

const EMPTY: UsageRow = { key: '', requests: 0, errors: 0, unpriced: 0, tokens: 0, costUsd: '0', savingsUsd: '0' };

function toUsageRow({ key, requests, errors, unpriced, tokens, cost, savings }: Row): UsageRow {
  return {
    key: key ?? '',
    requests: Number(requests),
    errors: Number(errors),
    unpriced: Number(unpriced),
    tokens: Number(tokens),
    costUsd: cost,
    savingsUsd: savings,
  };
}
