// The tables of the requests projection, column by column as in sql/migrations.
import { defineTable } from './projection.ts';

export type RequestRow = {
  readonly id: string;
  readonly org_id: string;
  readonly key_id: string;
  readonly surface: string;
  readonly task_type: string;
  readonly priority: string | null;
  /** The model's name alone; its id is `provider/model_used`. */
  readonly model_used: string | null;
  readonly provider: string | null;
  readonly tokens: number | null;
  readonly tokens_input: number | null;
  readonly tokens_output: number | null;
  readonly cached_input_count: number | null;
  readonly cache_write_count: number | null;
  readonly reasoning_count: number | null;
  /** USD; null = not known. */
  readonly cost: string | null;
  readonly latency_ms: string | null;
  readonly success: boolean | null;
  readonly created_at: string;
  readonly outcome: 'routed' | 'succeeded' | 'failed' | 'cancelled';
  readonly error_code: string | null;
  readonly completed_at: string | null;
  readonly deadline_at: string;
  readonly attempts_count: number | null;
  readonly first_token_ms: string | null;
  readonly overhead_ms: string | null;
  readonly baseline_model: string | null;
  readonly baseline_cost_usd: string | null;
  readonly savings_usd: string | null;
  /** The router's own markup; null = none. */
  readonly markup_usd: string | null;
  readonly usage_estimated: boolean | null;
  readonly simulated: boolean;
  readonly catalog_version: number;
  readonly policy_version: number | null;
  readonly decider_version: number | null;
};

export const requestsTable = defineTable<RequestRow>('requests', ['id'], {
  id: 'uuid',
  org_id: 'uuid',
  key_id: 'uuid',
  surface: 'text',
  task_type: 'text',
  priority: 'text',
  model_used: 'text',
  provider: 'text',
  tokens: 'integer',
  tokens_input: 'integer',
  tokens_output: 'integer',
  cached_input_count: 'integer',
  cache_write_count: 'integer',
  reasoning_count: 'integer',
  cost: 'numeric',
  latency_ms: 'numeric',
  success: 'boolean',
  created_at: 'timestamptz',
  outcome: 'text',
  error_code: 'text',
  completed_at: 'timestamptz',
  deadline_at: 'timestamptz',
  attempts_count: 'integer',
  first_token_ms: 'numeric',
  overhead_ms: 'numeric',
  baseline_model: 'text',
  baseline_cost_usd: 'numeric',
  savings_usd: 'numeric',
  markup_usd: 'numeric',
  usage_estimated: 'boolean',
  simulated: 'boolean',
  catalog_version: 'integer',
  policy_version: 'integer',
  decider_version: 'integer',
});

export type AttemptRow = {
  readonly id: string;
  readonly request_id: string;
  readonly attempt_number: number;
  readonly hedge_of: number | null;
  readonly provider: string;
  readonly model: string;
  readonly effort: string | null;
  readonly started_at: string;
  readonly duration_ms: string;
  readonly first_token_ms: string | null;
  readonly outcome: string;
  readonly message: string | null;
  readonly provider_status: number | null;
  readonly provider_request_id: string | null;
  readonly served_model: string | null;
  readonly tokens_input: number | null;
  readonly tokens_output: number | null;
  readonly cost_usd: string | null;
  /** What the provider itself says; compared with ours, never added up. */
  readonly reported_cost_usd: string | null;
};

export const attemptsTable = defineTable<AttemptRow>('request_attempts', ['id'], {
  id: 'uuid',
  request_id: 'uuid',
  attempt_number: 'integer',
  hedge_of: 'integer',
  provider: 'text',
  model: 'text',
  effort: 'text',
  started_at: 'timestamptz',
  duration_ms: 'numeric',
  first_token_ms: 'numeric',
  outcome: 'text',
  message: 'text',
  provider_status: 'integer',
  provider_request_id: 'text',
  served_model: 'text',
  tokens_input: 'integer',
  tokens_output: 'integer',
  cost_usd: 'numeric',
  reported_cost_usd: 'numeric',
});

/** `model` in usage tables where no model answered. */
export const NO_MODEL = 'none';

export type UsageRow = {
  readonly org_id: string;
  readonly day: string;
  /** The model's id, `none` where no model answered. */
  readonly model: string;
  readonly task_type: string;
  readonly request_count: number;
  readonly error_count: number;
  readonly unpriced_count: number;
  readonly token_count: number;
  readonly input_count: number;
  readonly cached_input_count: number;
  readonly cache_write_count: number;
  readonly output_count: number;
  readonly reasoning_count: number;
  readonly cost_usd: string;
  readonly savings_usd: string;
  readonly markup_usd: string;
};

export const usageTable = defineTable<UsageRow>('usage_daily', ['org_id', 'day', 'model', 'task_type'], {
  org_id: 'uuid',
  day: 'date',
  model: 'text',
  task_type: 'text',
  request_count: 'integer',
  error_count: 'integer',
  unpriced_count: 'integer',
  token_count: 'bigint',
  input_count: 'bigint',
  cached_input_count: 'bigint',
  cache_write_count: 'bigint',
  output_count: 'bigint',
  reasoning_count: 'bigint',
  cost_usd: 'numeric',
  savings_usd: 'numeric',
  markup_usd: 'numeric',
});
