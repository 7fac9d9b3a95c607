// Figures of an org's requests over time: counts, money and percentiles, in all and by bucket. Sums are made in SQL on numeric.
import { BOUNDS, type Histogram, OVERHEAD_UNITS, mergeHistograms, percentileOf } from '../domain/histogram.ts';
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

const KEYS = {
  none: { hours: 'null::text', requests: 'null::text' },
  model: { hours: 'model', requests: `coalesce(provider || '/' || model_used, 'none')` },
  task_type: { hours: 'task_type', requests: 'task_type' },
};
const HOUR_MS = 3_600_000;

/**
 * Whole hours are added up from `usage_hourly`, what is over at either end from the requests themselves, and those without an end
 * too: the cost of an answer grows with the hours that it covers. Counts and money are exact, percentiles within 2.5 %.
 */
export async function readStats(postgres: Queryable, question: StatsQuestion): Promise<StatsReport> {
  const range = rangeOf(question);
  const { rows } = await postgres.query<SumRow>(sumsOf(question), range);
  const { rows: counts } = await postgres.query<CountRow>(timesOf(question), [...range, BOUNDS]);
  const { rows: baselines } = await postgres.query<{ model: string }>(BASELINES, range);
  const total = rows.find(({ is_total }) => is_total === 1);
  if (!total) throw new Error('an aggregate over everything gave no row');
  const times = toTimes(counts);
  return {
    baseline_models: baselines.map(({ model }) => model),
    totals: toStats(total, [...times.values()]),
    series: rows.flatMap((row) => {
      const { at, key } = row;
      return at === null ? [] : [{ at, key, ...toStats(row, [times.get(placeOf(at, key)) ?? {}]) }];
    }),
  };
}

type Sums = Pick<Stats, 'requests' | 'errors' | 'tokens' | 'cost_usd' | 'baseline_usd' | 'savings_usd'>;
type SumRow = Sums & { readonly is_total: number; readonly at: Date | null; readonly key: string | null };
type Kind = 'latency' | 'overhead' | 'first_token';
type CountRow = {
  readonly at: Date;
  readonly key: string | null;
  readonly kind: Kind;
  readonly bucket: number;
  readonly count: number;
};
type Times = { readonly [kind in Kind]?: Histogram };

/** $1 org; $2 to $3 whole hours; $4 to $5 and $6 to $7 what is over before and behind them. */
function rangeOf({ orgId, from, to }: StatsQuestion): unknown[] {
  const first = new Date(Math.ceil(from.getTime() / HOUR_MS) * HOUR_MS);
  const last = new Date(Math.floor(to.getTime() / HOUR_MS) * HOUR_MS);
  return first < last ? [orgId, first, last, from, first, last, to] : [orgId, from, from, from, to, to, to];
}

const IN_HOURS = 'org_id = $1 and hour >= $2 and hour < $3';
const AT_ENDS = 'org_id = $1 and ((created_at >= $4 and created_at < $5) or (created_at >= $6 and created_at < $7))';
const UNFINISHED = "org_id = $1 and outcome = 'routed' and created_at >= $2 and created_at < $3";

function sumsOf({ bucket, group }: StatsQuestion): string {
  const one = `select date_trunc('${bucket}', created_at, 'UTC'), ${KEYS[group].requests}, 1,
      (shown_outcome in ('failed', 'abandoned'))::integer, tokens, cost, baseline_cost_usd, savings_usd from request_outcomes`;
  return `with parts as (
      select date_trunc('${bucket}', hour, 'UTC') as at, ${KEYS[group].hours} as key, request_count as requests,
        error_count as errors, token_count as tokens, cost_usd as cost, baseline_cost_usd as baseline, savings_usd as savings
      from usage_hourly where ${IN_HOURS}
      union all ${one} where ${AT_ENDS}
      union all ${one} where ${UNFINISHED})
    select grouping(at) as is_total, at, key, coalesce(sum(requests), 0)::float8 as requests,
      coalesce(sum(errors), 0)::float8 as errors, coalesce(sum(tokens), 0)::float8 as tokens,
      trim_scale(coalesce(sum(cost), 0))::text as cost_usd,
      trim_scale(coalesce(sum(baseline), 0))::text as baseline_usd,
      trim_scale(coalesce(sum(savings), 0))::text as savings_usd
    from parts group by grouping sets ((), (at, key)) order by at, key`;
}

function timesOf({ bucket, group }: StatsQuestion): string {
  return `with times as (
      select date_trunc('${bucket}', hour, 'UTC') as at, ${KEYS[group].hours} as key, t.kind, h.key::integer as bucket,
        h.value::bigint as count
      from usage_hourly cross join lateral (values ('latency', latency_histogram), ('overhead', overhead_histogram),
        ('first_token', first_token_histogram)) t(kind, histogram) cross join lateral jsonb_each_text(t.histogram) h
      where ${IN_HOURS}
      union all
      select date_trunc('${bucket}', created_at, 'UTC'), ${KEYS[group].requests}, t.kind, width_bucket(t.ms, $8::float8[]), 1
      from request_outcomes cross join lateral (values ('latency', latency_ms::float8),
        ('overhead', overhead_ms::float8 * ${OVERHEAD_UNITS}), ('first_token', first_token_ms::float8)) t(kind, ms)
      where ${AT_ENDS} and t.ms is not null)
    select at, key, kind, bucket, sum(count)::float8 as count from times group by at, key, kind, bucket`;
}

const BASELINES = `
  select b.model from usage_hourly cross join lateral jsonb_object_keys(baselines) b(model) where ${IN_HOURS}
  union select baseline_model from request_outcomes where ${AT_ENDS} and baseline_model is not null
  union select baseline_model from request_outcomes where ${UNFINISHED} and baseline_model is not null order by 1`;

function placeOf(at: Date, key: string | null): string {
  return `${at.getTime()} ${key ?? ''}`;
}

function toTimes(counts: readonly CountRow[]): ReadonlyMap<string, Times> {
  const times = new Map<string, { [kind in Kind]?: Record<string, number> }>();
  for (const { at, key, kind, bucket, count } of counts) {
    const place = placeOf(at, key);
    const known = times.get(place) ?? {};
    times.set(place, known);
    (known[kind] ??= {})[bucket] = count;
  }
  return times;
}

function toStats({ is_total: _total, at: _at, key: _key, ...sums }: SumRow, times: readonly Times[]): Stats {
  const of = (kind: Kind): Histogram => mergeHistograms(times.map((one) => one[kind] ?? {}));
  const [latency, overhead, firstToken] = [of('latency'), of('overhead'), of('first_token')];
  const ofOverhead = (share: number): number | null => {
    const units = percentileOf(overhead, share);
    return units === null ? null : units / OVERHEAD_UNITS;
  };
  return {
    ...sums,
    latency_p50_ms: percentileOf(latency, 0.5),
    latency_p95_ms: percentileOf(latency, 0.95),
    overhead_p50_ms: ofOverhead(0.5),
    overhead_p95_ms: ofOverhead(0.95),
    first_token_p50_ms: percentileOf(firstToken, 0.5),
  };
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
