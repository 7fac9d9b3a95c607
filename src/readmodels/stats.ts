// Figures of an org's requests over time: counts, money and percentiles, in all and by bucket. Sums are made in SQL on numeric.
import type { Queryable } from '../platform/postgres.ts';

export const BUCKETS = ['hour', 'day'] as const;
export const STAT_GROUPS = ['none', 'model', 'task_type'] as const;

export type StatsQuestion = {
  readonly orgId: string;
  /** Inclusive. */
  readonly from: Date;
  /** Exclusive. */
  readonly to: Date;
  readonly bucket: (typeof BUCKETS)[number];
  readonly group: (typeof STAT_GROUPS)[number];
};

/** Money is exact USD text. Percentiles are null where nothing was measured. */
export type Stats = {
  readonly requests: number;
  readonly errors: number;
  readonly tokens: number;
  readonly cost_usd: string;
  readonly baseline_usd: string;
  readonly savings_usd: string;
  readonly latency_p50_ms: number | null;
  readonly latency_p95_ms: number | null;
  readonly overhead_p50_ms: number | null;
  readonly overhead_p95_ms: number | null;
  readonly first_token_p50_ms: number | null;
};
/** `at` is the bucket's begin in UTC; `key` the model or task type, null without a group. */
export type StatsPoint = Stats & { readonly at: Date; readonly key: string | null };
export type StatsReport = {
  readonly baseline_models: readonly string[];
  readonly totals: Stats;
  readonly series: readonly StatsPoint[];
};

const KEYS = { none: 'null::text', model: `coalesce(provider || '/' || model_used, 'none')`, task_type: 'task_type' };

type Row = Stats & { readonly is_total: number; readonly at: Date | null; readonly key: string | null };

export async function readStats(postgres: Queryable, question: StatsQuestion): Promise<StatsReport> {
  const { orgId, from, to, bucket, group } = question;
  const range = [orgId, from, to];
  const { rows } = await postgres.query<Row>(
    `with asked as (
       select date_trunc('${bucket}', created_at, 'UTC') as at, ${KEYS[group]} as key, shown_outcome, tokens, cost,
         baseline_cost_usd, savings_usd, latency_ms, overhead_ms, first_token_ms
       from request_outcomes where org_id = $1 and created_at >= $2 and created_at < $3)
     select grouping(at) as is_total, at, key, count(*)::float8 as requests,
       (count(*) filter (where shown_outcome in ('failed', 'abandoned')))::float8 as errors,
       coalesce(sum(tokens), 0)::float8 as tokens,
       trim_scale(coalesce(sum(cost), 0))::text as cost_usd,
       trim_scale(coalesce(sum(baseline_cost_usd), 0))::text as baseline_usd,
       trim_scale(coalesce(sum(savings_usd), 0))::text as savings_usd,
       percentile_cont(0.5) within group (order by latency_ms::float8) as latency_p50_ms,
       percentile_cont(0.95) within group (order by latency_ms::float8) as latency_p95_ms,
       percentile_cont(0.5) within group (order by overhead_ms::float8) as overhead_p50_ms,
       percentile_cont(0.95) within group (order by overhead_ms::float8) as overhead_p95_ms,
       percentile_cont(0.5) within group (order by first_token_ms::float8) as first_token_p50_ms
     from asked group by grouping sets ((), (at, key)) order by at, key`,
    range,
  );
  const { rows: baselines } = await postgres.query<{ model: string }>(
    `select distinct baseline_model as model from requests
     where org_id = $1 and created_at >= $2 and created_at < $3 and baseline_model is not null order by 1`,
    range,
  );
  const total = rows.find(({ is_total }) => is_total === 1);
  if (!total) throw new Error('an aggregate over everything gave no row');
  return {
    baseline_models: baselines.map(({ model }) => model),
    totals: toStats(total),
    series: rows.flatMap((row) => (row.at === null ? [] : [{ at: row.at, key: row.key, ...toStats(row) }])),
  };
}

function toStats({ is_total: _total, at: _at, key: _key, ...stats }: Row): Stats {
  return stats;
}

export type LiveCounters = {
  readonly requests: number;
  readonly errors: number;
  readonly cost_usd: string;
  readonly savings_usd: string;
  readonly tokens: number;
};
export type Live = { readonly last_minute: LiveCounters; readonly today: LiveCounters };

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** The last minute by request, the day (UTC) by what has ended in it. Both by index: cheap at any size of the table. */
export async function readLive(postgres: Queryable, orgId: string, now: number): Promise<Live> {
  const lastMinute = await postgres.query<LiveCounters>(
    `select count(*)::float8 as requests, (count(*) filter (where outcome = 'failed'))::float8 as errors,
       trim_scale(coalesce(sum(cost), 0))::text as cost_usd, trim_scale(coalesce(sum(savings_usd), 0))::text as savings_usd,
       coalesce(sum(tokens), 0)::float8 as tokens
     from requests where org_id = $1 and created_at >= $2`,
    [orgId, new Date(now - MINUTE_MS)],
  );
  const today = await postgres.query<LiveCounters>(
    `select coalesce(sum(request_count), 0)::float8 as requests, coalesce(sum(error_count), 0)::float8 as errors,
       trim_scale(coalesce(sum(cost_usd), 0))::text as cost_usd,
       trim_scale(coalesce(sum(savings_usd), 0))::text as savings_usd, coalesce(sum(token_count), 0)::float8 as tokens
     from usage_daily where org_id = $1 and day = $2::date`,
    [orgId, new Date(now - (now % DAY_MS)).toISOString().slice(0, 10)],
  );
  const [minute] = lastMinute.rows;
  const [day] = today.rows;
  if (!minute || !day) throw new Error('an aggregate over everything gave no row');
  return { last_minute: minute, today: day };
}
