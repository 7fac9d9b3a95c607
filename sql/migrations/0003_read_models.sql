-- Everything here is derived from the event log and can be rebuilt from it.
create table if not exists projection_checkpoints (
  name text primary key,
  version integer not null,
  position text not null,
  -- When the newest event that is in was stored; the lag in seconds is told from it.
  last_event_at timestamptz,
  -- When nothing was waiting the last time that was looked.
  caught_up_at timestamptz,
  updated_at timestamptz not null,
  failed_event_id uuid,
  failed_position text,
  failure text
);

create table if not exists models (
  id uuid primary key,
  provider text not null,
  model_name text not null,
  -- USD per 1K tokens; null = not known.
  cost_input numeric,
  cost_output numeric,
  avg_latency numeric,
  strengths jsonb not null,
  supports_functions boolean,
  supports_vision boolean,
  max_tokens integer,
  quality_rating numeric,
  speed_index numeric,
  price_index numeric,
  benchmark_scores jsonb not null,
  last_synced_at timestamptz not null,
  data_source text not null,
  deprecated boolean not null,
  deprecated_at timestamptz,
  replacement_model_id uuid,
  deprecation_reason text,
  enabled boolean not null,
  context_token_count integer,
  quality_tier text,
  -- The whole price list, USD a unit as exact text, and all details as the catalog has them.
  prices jsonb,
  details jsonb not null,
  previous_rating jsonb,
  unique (provider, model_name)
);
create index if not exists models_strengths on models using gin (strengths);

create table if not exists rating_generations (
  id text primary key,
  source text not null,
  index_version text not null,
  as_of text not null,
  scale jsonb not null,
  published_at timestamptz not null,
  active boolean not null
);

create table if not exists model_changes (
  id uuid primary key,
  model_id uuid not null,
  changed_by text not null,
  changed_at timestamptz not null,
  field_name text not null,
  old_value text,
  new_value text,
  source text not null
);
create index if not exists model_changes_model on model_changes (model_id, changed_at);

create table if not exists requests (
  id uuid primary key,
  org_id uuid not null,
  key_id uuid not null,
  surface text not null,
  task_type text not null,
  priority text,
  -- The model's name alone; its id is provider || '/' || model_used.
  model_used text,
  provider text,
  tokens integer,
  tokens_input integer,
  tokens_output integer,
  cached_input_count integer,
  cache_write_count integer,
  reasoning_count integer,
  -- USD; null = not known.
  cost numeric(30, 12),
  latency_ms numeric,
  success boolean,
  created_at timestamptz not null,
  -- routed, succeeded, failed, cancelled.
  outcome text not null,
  error_code text,
  completed_at timestamptz,
  deadline_at timestamptz not null,
  attempts_count integer,
  first_token_ms numeric,
  overhead_ms numeric,
  baseline_model text,
  baseline_cost_usd numeric(30, 12),
  savings_usd numeric(30, 12),
  usage_estimated boolean,
  simulated boolean not null,
  catalog_version integer not null,
  policy_version integer,
  decider_version integer
);
create index if not exists requests_org_time on requests (org_id, created_at);

create table if not exists request_attempts (
  id uuid primary key,
  request_id uuid not null,
  attempt_number integer not null,
  hedge_of integer,
  provider text not null,
  model text not null,
  effort text,
  started_at timestamptz not null,
  duration_ms numeric not null,
  first_token_ms numeric,
  outcome text not null,
  message text,
  provider_status integer,
  provider_request_id text,
  served_model text,
  tokens_input integer,
  tokens_output integer,
  cost_usd numeric(30, 12),
  -- What the provider itself says.
  reported_cost_usd numeric
);
create index if not exists request_attempts_request on request_attempts (request_id, attempt_number);

create table if not exists routing_logs (
  id uuid primary key,
  request_id uuid not null,
  org_id uuid not null,
  considered_models jsonb not null,
  final_model text,
  reason text not null,
  created_at timestamptz not null,
  chain jsonb not null,
  candidate_count integer not null,
  exclusions jsonb not null,
  decision_digest text not null
);
create index if not exists routing_logs_request on routing_logs (request_id);

create table if not exists usage_daily (
  org_id uuid not null,
  day date not null,
  model text not null,
  task_type text not null,
  request_count integer not null,
  error_count integer not null,
  unpriced_count integer not null,
  token_count bigint not null,
  -- The classes that are billed apart; input is what was neither read from nor written to a cache.
  input_count bigint not null,
  cached_input_count bigint not null,
  cache_write_count bigint not null,
  output_count bigint not null,
  reasoning_count bigint not null,
  cost_usd numeric(30, 12) not null,
  savings_usd numeric(30, 12) not null,
  primary key (org_id, day, model, task_type)
);

-- A request past its deadline, and a minute to write it down, without an end is shown as abandoned; a late truth still replaces that.
create or replace view request_outcomes as
  select r.*, case when r.outcome = 'routed' and r.deadline_at + interval '1 minute' < now() then 'abandoned' else r.outcome end as shown_outcome
  from requests r;
