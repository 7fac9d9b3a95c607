// One request as the read model has it, for its own org only.
import type { Queryable } from '../platform/postgres.ts';

/** Money is exact USD text, times are Dates; null = not known (yet). */
export type RequestSummary = {
  readonly id: string;
  readonly task_type: string;
  readonly model_used: string | null;
  readonly provider: string | null;
  readonly tokens: number | null;
  readonly tokens_input: number | null;
  readonly tokens_output: number | null;
  readonly cost_usd: string | null;
  readonly savings_usd: string | null;
  readonly baseline_model: string | null;
  readonly latency_ms: number | null;
  readonly success: boolean | null;
  readonly created_at: Date;
  readonly completed_at: Date | null;
  /** `routed`, `succeeded`, `failed`, `cancelled`, or `abandoned`: past its deadline without an end. */
  readonly outcome: string;
  readonly error_code: string | null;
  readonly attempts_count: number | null;
  readonly simulated: boolean;
};

/** Undefined when there is none of that id in that org. */
export async function readRequest(
  postgres: Queryable,
  { requestId, orgId }: { readonly requestId: string; readonly orgId: string },
): Promise<RequestSummary | undefined> {
  const { rows } = await postgres.query<RequestSummary>(
    `select id, task_type, model_used, provider, tokens, tokens_input, tokens_output, trim_scale(cost)::text as cost_usd,
       trim_scale(savings_usd)::text as savings_usd, baseline_model, latency_ms::float8 as latency_ms, success, created_at,
       completed_at, shown_outcome as outcome, error_code, attempts_count, simulated
     from request_outcomes where id = $1 and org_id = $2`,
    [requestId, orgId],
  );
  return rows[0];
}
