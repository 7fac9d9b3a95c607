// Requests as the read model has them, for one org only: a page of a filtered list, newest first.
import type { Queryable } from '../platform/postgres.ts';
import { resolveSearch, searchCondition } from './requestSearch.ts';

export const SHOWN_OUTCOMES = ['succeeded', 'failed', 'cancelled', 'abandoned', 'running'] as const;
export type ShownOutcome = (typeof SHOWN_OUTCOMES)[number];

/** Money is exact USD text; null = not known (yet). */
export type RequestSummary = {
  readonly request_id: string;
  readonly created_at: Date;
  readonly surface: string;
  readonly task_type: string;
  /** Model id of what answered, or was asked last. */
  readonly model: string | null;
  readonly provider: string | null;
  /** `abandoned`: past its deadline without an end. */
  readonly outcome: ShownOutcome;
  readonly error_code: string | null;
  readonly attempts: number | null;
  /** Another model than the chosen one answered. */
  readonly fallback: boolean | null;
  readonly tokens_input: number | null;
  readonly tokens_output: number | null;
  readonly cost_usd: string | null;
  readonly baseline_model: string | null;
  readonly baseline_usd: string | null;
  readonly savings_usd: string | null;
  readonly latency_ms: number | null;
  readonly first_token_ms: number | null;
  readonly overhead_ms: number | null;
  readonly simulated: boolean;
};

export type RequestFilter = {
  readonly orgId: string;
  /** Inclusive. */
  readonly from?: Date | undefined;
  /** Exclusive. */
  readonly to?: Date | undefined;
  readonly model?: string | undefined;
  readonly taskType?: string | undefined;
  readonly outcome?: ShownOutcome | undefined;
  /** What `resolveSearch` finds. */
  readonly text?: string | undefined;
};

/** The last row of the page before. */
export type RequestPlace = { readonly createdAt: Date; readonly requestId: string };

const SELECT = `
  select r.id as request_id, r.created_at, r.surface, r.task_type, r.provider || '/' || r.model_used as model, r.provider,
    case r.shown_outcome when 'routed' then 'running' else r.shown_outcome end as outcome, r.error_code,
    r.attempts_count as attempts,
    case when r.success then l.final_model is distinct from r.provider || '/' || r.model_used end as fallback,
    r.tokens_input, r.tokens_output, trim_scale(r.cost)::text as cost_usd, r.baseline_model,
    trim_scale(r.baseline_cost_usd)::text as baseline_usd, trim_scale(r.savings_usd)::text as savings_usd,
    r.latency_ms::float8 as latency_ms, r.first_token_ms::float8 as first_token_ms, r.overhead_ms::float8 as overhead_ms,
    r.simulated
  from request_outcomes r left join lateral (select final_model from routing_logs where request_id = r.id limit 1) l on true`;

/** The next rows of the list; one more than `limit` is never read. */
export async function listRequests(
  postgres: Queryable,
  filter: RequestFilter,
  page: { readonly limit: number; readonly after?: RequestPlace | undefined },
): Promise<readonly RequestSummary[]> {
  const { orgId, from, to, model, taskType, outcome, text } = filter;
  const values: unknown[] = [orgId];
  const bind = (value: unknown) => `$${values.push(value)}`;
  const conditions = ['r.org_id = $1'];
  if (from) conditions.push(`r.created_at >= ${bind(from)}`);
  if (to) conditions.push(`r.created_at < ${bind(to)}`);
  if (model !== undefined) conditions.push(`r.provider || '/' || r.model_used = ${bind(model)}`);
  if (taskType !== undefined) conditions.push(`r.task_type = ${bind(taskType)}`);
  if (outcome !== undefined) conditions.push(`r.shown_outcome = ${bind(outcome === 'running' ? 'routed' : outcome)}`);
  if (text !== undefined) {
    const found = searchCondition(await resolveSearch(postgres, orgId, text), bind);
    if (found === undefined) return [];
    conditions.push(found);
  }
  if (page.after)
    conditions.push(`(r.created_at, r.id) < (${bind(page.after.createdAt)}, ${bind(page.after.requestId)}::uuid)`);
  const { rows } = await postgres.query<RequestSummary>(
    `${SELECT} where ${conditions.join(' and ')} order by r.created_at desc, r.id desc limit ${bind(page.limit)}`,
    values,
  );
  return rows;
}

/** Ids of an org's requests between two times that have a decision, newest first. */
export async function listRequestIds(
  postgres: Queryable,
  { orgId, from, to }: { readonly orgId: string; readonly from: Date; readonly to: Date },
  limit: number,
): Promise<readonly string[]> {
  const { rows } = await postgres.query<{ id: string }>(
    `select id from requests where org_id = $1 and created_at >= $2 and created_at < $3 and decider_version is not null
     order by created_at desc, id desc limit $4`,
    [orgId, from, to, limit],
  );
  return rows.map(({ id }) => id);
}
