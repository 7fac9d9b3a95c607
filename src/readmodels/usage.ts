// What an org used and paid between two instants, exactly: sums are made in SQL on numeric and come out as text.
import type { Queryable } from '../platform/postgres.ts';

export type UsageGroup = {
  readonly key: string;
  readonly requests: number;
  readonly errors: number;
  readonly tokens: number;
  /** For people; `cost_usd` is the exact one. */
  readonly cost: number;
  readonly cost_usd: string;
  readonly savings: number;
  readonly savings_usd: string;
  /** Cost and the router's own markup. */
  readonly charged_usd: string;
  /** What is left of the savings after the markup. */
  readonly net_savings_usd: string;
};

export type UsageReport = {
  readonly total_requests: number;
  readonly total_cost: number;
  readonly total_cost_usd: string;
  readonly total_savings: number;
  readonly total_savings_usd: string;
  readonly total_markup_usd: string;
  readonly total_charged_usd: string;
  readonly total_net_savings_usd: string;
  /** Requests whose figures are corrected ones. */
  readonly rerated_requests: number;
  readonly total_tokens: number;
  readonly errors: number;
  /** Requests that ended without a known price: they are in no sum of money. */
  readonly unpriced_requests: number;
  readonly by_model: readonly UsageGroup[];
  readonly by_task_type: readonly UsageGroup[];
  readonly by_date: readonly UsageGroup[];
};

export type UsageQuestion = {
  readonly orgId: string;
  /** Inclusive. */
  readonly from: Date;
  /** Exclusive. */
  readonly to: Date;
  /** Tells corrected figures in place of the first ones, where there are any. What was charged on top stays. */
  readonly rerated?: boolean;
};

type GroupRow = {
  readonly dimension: 'total' | 'model' | 'task_type' | 'date';
  readonly key: string;
  readonly requests: number;
  readonly errors: number;
  readonly unpriced: number;
  readonly tokens: number;
  readonly cost_usd: string;
  readonly savings_usd: string;
  readonly markup_usd: string;
  readonly charged_usd: string;
  readonly net_savings_usd: string;
  readonly rerated: number;
};

// Whole days come from the sums that the projection keeps, and the rest of the period, and what has not ended, from the requests
// themselves. Both are written in one transaction, so the two never disagree. What a correction changes is added where corrected
// figures are asked for. `none` stands for requests that no model answered. Days are days in UTC.
const SQL = `
  with period as (
    select $2::timestamptz as begins, $3::timestamptz as ends,
      least(date_trunc('day', $2::timestamptz + interval '1 day' - interval '1 microsecond', 'UTC'), $3::timestamptz) as first_day
  ), whole as (
    select p.*, greatest(date_trunc('day', p.ends, 'UTC'), p.first_day) as last_day from period p
  ), single as (
    select r.*, shown_outcome in ('failed', 'abandoned') as is_error,
      shown_outcome not in ('routed', 'abandoned') and cost is null as is_unpriced
    from request_outcomes r, whole w where r.org_id = $1 and (
      (created_at >= w.begins and created_at < w.first_day) or (created_at >= w.last_day and created_at < w.ends))
    union all
    select r.*, shown_outcome = 'abandoned', false from request_outcomes r, whole w
    where r.org_id = $1 and outcome = 'routed' and created_at >= w.first_day and created_at < w.last_day
  ), asked as (
    select coalesce(provider || '/' || model_used, 'none') as model, task_type,
      to_char(created_at at time zone 'UTC', 'YYYY-MM-DD') as date, 1 as requests, is_error::integer as errors,
      is_unpriced::integer as unpriced, tokens::bigint as tokens, cost, savings_usd, coalesce(markup_usd, 0) as markup_usd,
      0 as rerated
    from single
    union all
    select model, task_type, day::text, request_count, error_count, unpriced_count, token_count, cost_usd, savings_usd,
      markup_usd, 0
    from usage_daily, whole w
    where org_id = $1 and day >= (w.first_day at time zone 'UTC')::date and day < (w.last_day at time zone 'UTC')::date
    union all
    select coalesce(r.provider || '/' || r.model_used, 'none'), r.task_type,
      to_char(r.created_at at time zone 'UTC', 'YYYY-MM-DD'), 0, 0, (c.cost_usd is null)::integer - (r.cost is null)::integer,
      0, coalesce(c.cost_usd, 0) - coalesce(r.cost, 0), coalesce(c.savings_usd, 0) - coalesce(r.savings_usd, 0), 0, 1
    from request_rerates c join requests r on r.id = c.request_id
    where $4 and c.org_id = $1 and c.created_at >= $2 and c.created_at < $3
  )
  select case grouping(model, task_type, date) when 3 then 'model' when 5 then 'task_type' when 6 then 'date' else 'total' end as dimension,
    coalesce(model, task_type, date, '') as key,
    coalesce(sum(requests), 0)::float8 as requests,
    coalesce(sum(errors), 0)::float8 as errors,
    coalesce(sum(unpriced), 0)::float8 as unpriced,
    coalesce(sum(tokens), 0)::float8 as tokens,
    trim_scale(coalesce(sum(cost), 0))::text as cost_usd,
    trim_scale(coalesce(sum(savings_usd), 0))::text as savings_usd,
    trim_scale(coalesce(sum(markup_usd), 0))::text as markup_usd,
    trim_scale(coalesce(sum(cost), 0) + coalesce(sum(markup_usd), 0))::text as charged_usd,
    trim_scale(coalesce(sum(savings_usd), 0) - coalesce(sum(markup_usd), 0))::text as net_savings_usd,
    coalesce(sum(rerated), 0)::float8 as rerated
  from asked group by grouping sets ((), (model), (task_type), (date))
  order by dimension, key`;

/** Every request that was routed in the period counts; one that failed, or was given up, also counts as an error. */
export async function readUsage(
  postgres: Queryable,
  { orgId, from, to, rerated = false }: UsageQuestion,
): Promise<UsageReport> {
  const { rows } = await postgres.query<GroupRow>(SQL, [orgId, from, to, rerated]);
  const groups = (dimension: GroupRow['dimension']) => rows.filter((row) => row.dimension === dimension);
  const [total] = groups('total');
  if (!total) throw new Error('an aggregate over everything gave no row');
  return {
    total_requests: total.requests,
    total_cost: Number(total.cost_usd),
    total_cost_usd: total.cost_usd,
    total_savings: Number(total.savings_usd),
    total_savings_usd: total.savings_usd,
    total_markup_usd: total.markup_usd,
    total_charged_usd: total.charged_usd,
    total_net_savings_usd: total.net_savings_usd,
    rerated_requests: total.rerated,
    total_tokens: total.tokens,
    errors: total.errors,
    unpriced_requests: total.unpriced,
    by_model: groups('model').map(toGroup),
    by_task_type: groups('task_type').map(toGroup),
    by_date: groups('date').map(toGroup),
  };
}

function toGroup({
  key,
  requests,
  errors,
  tokens,
  cost_usd,
  savings_usd,
  charged_usd,
  net_savings_usd,
}: GroupRow): UsageGroup {
  return {
    key,
    requests,
    errors,
    tokens,
    cost: Number(cost_usd),
    cost_usd,
    savings: Number(savings_usd),
    savings_usd,
    charged_usd,
    net_savings_usd,
  };
}
