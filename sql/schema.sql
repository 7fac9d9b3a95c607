-- The schema that the migrations lead to, read from pg_catalog. For review and for a test: nothing is created from it.

create schema eventlog;

CREATE OR REPLACE FUNCTION eventlog.append_fresh(lock_key bigint, rows json, channel text)
 RETURNS bigint
 LANGUAGE plpgsql
AS $function$
declare
  head bigint;
begin
  perform pg_advisory_xact_lock(lock_key);
  if exists (
    select from json_to_recordset(rows) as r(stream text, revision bigint, first boolean)
    where r.first and r.revision > 0
      and not exists (select from eventlog.events e where e.stream = r.stream and e.revision = r.revision - 1)
  ) then
    return null;
  end if;
  select coalesce(max(position), 0) into head from eventlog.events;
  insert into eventlog.events (position, stream, revision, category, id, type, data, metadata)
  select head + r.place, r.stream, r.revision, r.category, r.id, r.type, r.data::json, r.metadata::json
  from json_to_recordset(rows)
    as r(place bigint, stream text, revision bigint, category text, id uuid, type text, data text, metadata text)
  order by r.place;
  perform pg_notify(channel, '');
  return head;
end
$function$
;

create table eventlog.events (
  "position" bigint not null,
  stream text collate "C" not null,
  revision bigint not null,
  category text collate "C" not null,
  id uuid not null,
  type text not null,
  data json not null,
  metadata json not null,
  recorded_at timestamp with time zone default clock_timestamp() not null,
  constraint events_pkey PRIMARY KEY ("position"),
  constraint events_id_key UNIQUE (id),
  constraint events_stream_revision_key UNIQUE (stream, revision),
  constraint events_category_of_stream CHECK (category = split_part(stream, '-'::text, 1)) NOT VALID
);

create table public.admin_outbox (
  id bigint generated always as identity not null,
  data jsonb not null,
  appended_at timestamp with time zone,
  constraint admin_outbox_pkey PRIMARY KEY (id)
);
CREATE INDEX admin_outbox_waiting ON public.admin_outbox USING btree (id) WHERE (appended_at IS NULL);

create table public.alerts (
  id uuid not null,
  kind text not null,
  subject text not null,
  key text not null,
  message text not null,
  raised_at timestamp with time zone not null,
  appended_at timestamp with time zone,
  delivered_at timestamp with time zone,
  attempt_count integer default 0 not null,
  failure text,
  ended_at timestamp with time zone,
  constraint alerts_pkey PRIMARY KEY (id)
);
CREATE INDEX alerts_subject ON public.alerts USING btree (kind, subject, raised_at DESC);
CREATE INDEX alerts_waiting ON public.alerts USING btree (raised_at) WHERE (delivered_at IS NULL);

create table public.api_keys (
  id uuid not null,
  user_id uuid not null,
  org_id uuid not null,
  hash text not null,
  prefix text not null,
  scopes text[] not null,
  allowed_models text[],
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone,
  revoked_at timestamp with time zone,
  last_used_at timestamp with time zone,
  requests_per_min integer,
  tokens_per_min integer,
  concurrent_requests integer,
  allowed_ips text[],
  line_id uuid,
  constraint api_keys_pkey PRIMARY KEY (id),
  constraint api_keys_prefix_key UNIQUE (prefix),
  constraint api_keys_org_id_fkey FOREIGN KEY (org_id) REFERENCES orgs(id),
  constraint api_keys_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id),
  constraint api_keys_concurrent_requests_check CHECK (concurrent_requests > 0),
  constraint api_keys_requests_per_min_check CHECK (requests_per_min > 0),
  constraint api_keys_tokens_per_min_check CHECK (tokens_per_min > 0)
);
CREATE INDEX api_keys_line ON public.api_keys USING btree (line_id);
CREATE INDEX api_keys_org_id ON public.api_keys USING btree (org_id);

create table public.budget_reservations (
  request_id uuid not null,
  budget_id uuid not null,
  amount_usd numeric(30,12) not null,
  expires_at timestamp with time zone not null,
  constraint budget_reservations_pkey PRIMARY KEY (request_id, budget_id),
  constraint budget_reservations_budget_id_fkey FOREIGN KEY (budget_id) REFERENCES budgets(id) ON DELETE CASCADE
);
CREATE INDEX budget_reservations_expiry ON public.budget_reservations USING btree (expires_at);

create table public.budget_settlements (
  request_id uuid not null,
  budget_id uuid not null,
  settled_at timestamp with time zone not null,
  constraint budget_settlements_pkey PRIMARY KEY (request_id, budget_id),
  constraint budget_settlements_budget_id_fkey FOREIGN KEY (budget_id) REFERENCES budgets(id) ON DELETE CASCADE
);
CREATE INDEX budget_settlements_age ON public.budget_settlements USING btree (settled_at);

create table public.budgets (
  id uuid not null,
  org_id uuid not null,
  scope text not null,
  subject_id uuid not null,
  period text not null,
  soft_limit_usd numeric(30,12),
  hard_limit_usd numeric(30,12),
  spent_usd numeric(30,12) default 0 not null,
  reserved_usd numeric(30,12) default 0 not null,
  period_start timestamp with time zone not null,
  alerted_for timestamp with time zone,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  constraint budgets_pkey PRIMARY KEY (id),
  constraint budgets_scope_subject_id_period_key UNIQUE (scope, subject_id, period),
  constraint budgets_org_id_fkey FOREIGN KEY (org_id) REFERENCES orgs(id),
  constraint budgets_hard_limit_usd_check CHECK (hard_limit_usd >= 0::numeric),
  constraint budgets_period_check CHECK (period = ANY (ARRAY['daily'::text, 'monthly'::text])),
  constraint budgets_scope_check CHECK (scope = ANY (ARRAY['org'::text, 'key'::text])),
  constraint budgets_soft_limit_usd_check CHECK (soft_limit_usd >= 0::numeric)
);
CREATE INDEX budgets_org ON public.budgets USING btree (org_id);

create table public.captured_content (
  request_id uuid not null,
  holder_id uuid not null,
  request_body bytea not null,
  answer_status integer not null,
  answer_type text not null,
  answer_body bytea,
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  constraint captured_content_pkey PRIMARY KEY (request_id)
);
CREATE INDEX captured_content_expiry ON public.captured_content USING btree (expires_at);

create table public.feed_bodies (
  sha256 text not null,
  body bytea not null,
  stored_at timestamp with time zone not null,
  constraint feed_bodies_pkey PRIMARY KEY (sha256)
);

create table public.feed_quotas (
  source text not null,
  window_started_at timestamp with time zone not null,
  used_count integer not null,
  blocked_until timestamp with time zone,
  constraint feed_quotas_pkey PRIMARY KEY (source)
);

create table public.feed_readings (
  id uuid not null,
  source text not null,
  url text not null,
  fetched_at timestamp with time zone not null,
  sha256 text,
  byte_count integer,
  row_count integer,
  state text not null,
  reason text,
  pending jsonb,
  constraint feed_readings_pkey PRIMARY KEY (id),
  constraint feed_readings_state_check CHECK (state = ANY (ARRAY['fetched'::text, 'applying'::text, 'taken'::text, 'refused'::text]))
);
CREATE INDEX feed_readings_latest ON public.feed_readings USING btree (source, fetched_at DESC);

create table public.feed_sightings (
  source text not null,
  model_id text not null,
  unit text not null,
  fingerprint text not null,
  first_at timestamp with time zone not null,
  last_at timestamp with time zone not null,
  reading_count integer not null,
  constraint feed_sightings_pkey PRIMARY KEY (source, model_id, unit)
);

create table public.feedback (
  id uuid not null,
  request_id uuid not null,
  org_id uuid not null,
  given_at timestamp with time zone not null,
  score numeric,
  accepted boolean,
  label text,
  constraint feedback_pkey PRIMARY KEY (id)
);
CREATE INDEX feedback_labels ON public.feedback USING btree (org_id, given_at) WHERE (label IS NOT NULL);
CREATE INDEX feedback_org_time ON public.feedback USING btree (org_id, given_at);
CREATE INDEX feedback_request ON public.feedback USING btree (request_id, given_at);

create table public.job_runs (
  id uuid not null,
  job text not null,
  queue_id text,
  trigger text not null,
  attempt integer not null,
  status text not null,
  progress text,
  started_at timestamp with time zone not null,
  ended_at timestamp with time zone,
  summary jsonb,
  error text,
  constraint job_runs_pkey PRIMARY KEY (id),
  constraint job_runs_status_check CHECK (status = ANY (ARRAY['running'::text, 'succeeded'::text, 'failed'::text]))
);
CREATE INDEX job_runs_latest ON public.job_runs USING btree (started_at DESC);
CREATE INDEX job_runs_running ON public.job_runs USING btree (job) WHERE (status = 'running'::text);

create table public.job_schedules (
  job text not null,
  cron text not null,
  next_at timestamp with time zone,
  updated_at timestamp with time zone not null,
  constraint job_schedules_pkey PRIMARY KEY (job)
);

create table public.kept_answers (
  holder_id uuid not null,
  idempotency_key text not null,
  digest text not null,
  request_id uuid not null,
  status integer,
  headers jsonb,
  body bytea,
  lease_until timestamp with time zone not null,
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  constraint kept_answers_pkey PRIMARY KEY (holder_id, idempotency_key)
);
CREATE INDEX kept_answers_expiry ON public.kept_answers USING btree (expires_at);

create table public.model_changes (
  id uuid not null,
  model_id uuid not null,
  changed_by text not null,
  changed_at timestamp with time zone not null,
  field_name text not null,
  old_value text,
  new_value text,
  source text not null,
  constraint model_changes_pkey PRIMARY KEY (id)
);
CREATE INDEX model_changes_model ON public.model_changes USING btree (model_id, changed_at);

create table public.model_performance (
  org_id uuid not null,
  model text not null,
  hour timestamp with time zone not null,
  attempt_count integer not null,
  succeeded_count integer not null,
  failures jsonb not null,
  output_count bigint not null,
  busy_ms numeric not null,
  latency_histogram jsonb not null,
  first_token_histogram jsonb not null,
  constraint model_performance_pkey PRIMARY KEY (org_id, model, hour)
);

create table public.models (
  id uuid not null,
  provider text not null,
  model_name text not null,
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
  last_synced_at timestamp with time zone not null,
  data_source text not null,
  deprecated boolean not null,
  deprecated_at timestamp with time zone,
  replacement_model_id uuid,
  deprecation_reason text,
  enabled boolean not null,
  context_token_count integer,
  quality_tier text,
  prices jsonb,
  details jsonb not null,
  previous_rating jsonb,
  constraint models_pkey PRIMARY KEY (id),
  constraint models_provider_model_name_key UNIQUE (provider, model_name)
);
CREATE INDEX models_strengths ON public.models USING gin (strengths);

create table public.orgs (
  id uuid not null,
  name text not null,
  billing_plan text default 'self-hosted'::text not null,
  baseline_model text,
  allowed_models text[],
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  requests_per_min integer,
  tokens_per_min integer,
  concurrent_requests integer,
  markup jsonb,
  capture_content_days integer,
  constraint orgs_pkey PRIMARY KEY (id),
  constraint orgs_name_key UNIQUE (name),
  constraint orgs_capture_content_days_check CHECK (capture_content_days >= 1 AND capture_content_days <= 3650),
  constraint orgs_concurrent_requests_check CHECK (concurrent_requests > 0),
  constraint orgs_requests_per_min_check CHECK (requests_per_min > 0),
  constraint orgs_tokens_per_min_check CHECK (tokens_per_min > 0)
);

create table public.projection_checkpoints (
  name text not null,
  version integer not null,
  "position" text not null,
  last_event_at timestamp with time zone,
  caught_up_at timestamp with time zone,
  updated_at timestamp with time zone not null,
  failed_event_id uuid,
  failed_position text,
  failure text,
  waiting_count integer,
  epoch integer default 0 not null,
  last_event jsonb,
  constraint projection_checkpoints_pkey PRIMARY KEY (name)
);

create table public.rating_generations (
  id text not null,
  source text not null,
  index_version text not null,
  as_of text not null,
  scale jsonb not null,
  published_at timestamp with time zone not null,
  active boolean not null,
  constraint rating_generations_pkey PRIMARY KEY (id)
);

create table public.request_attempts (
  id uuid not null,
  request_id uuid not null,
  attempt_number integer not null,
  hedge_of integer,
  provider text not null,
  model text not null,
  effort text,
  started_at timestamp with time zone not null,
  duration_ms numeric not null,
  first_token_ms numeric,
  outcome text not null,
  message text,
  provider_status integer,
  provider_request_id text,
  served_model text,
  tokens_input integer,
  tokens_output integer,
  cost_usd numeric(30,12),
  reported_cost_usd numeric,
  constraint request_attempts_pkey PRIMARY KEY (id)
);
CREATE INDEX request_attempts_request ON public.request_attempts USING btree (request_id, attempt_number);

create table public.request_rerates (
  request_id uuid not null,
  org_id uuid not null,
  created_at timestamp with time zone not null,
  catalog_version integer not null,
  requested_at timestamp with time zone not null,
  cost_usd numeric(30,12),
  baseline_cost_usd numeric(30,12),
  savings_usd numeric(30,12),
  constraint request_rerates_pkey PRIMARY KEY (request_id)
);
CREATE INDEX request_rerates_org_time ON public.request_rerates USING btree (org_id, created_at);

create table public.requests (
  id uuid not null,
  org_id uuid not null,
  key_id uuid not null,
  surface text not null,
  task_type text not null,
  priority text,
  model_used text,
  provider text,
  tokens integer,
  tokens_input integer,
  tokens_output integer,
  cached_input_count integer,
  cache_write_count integer,
  reasoning_count integer,
  cost numeric(30,12),
  latency_ms numeric,
  success boolean,
  created_at timestamp with time zone not null,
  outcome text not null,
  error_code text,
  completed_at timestamp with time zone,
  deadline_at timestamp with time zone not null,
  attempts_count integer,
  first_token_ms numeric,
  overhead_ms numeric,
  baseline_model text,
  baseline_cost_usd numeric(30,12),
  savings_usd numeric(30,12),
  usage_estimated boolean,
  simulated boolean not null,
  catalog_version integer not null,
  policy_version integer,
  decider_version integer,
  markup_usd numeric(30,12),
  constraint requests_pkey PRIMARY KEY (id)
);
CREATE INDEX requests_errors ON public.requests USING btree (org_id, error_code, created_at) WHERE (error_code IS NOT NULL);
CREATE INDEX requests_org_time ON public.requests USING btree (org_id, created_at);
CREATE INDEX requests_unfinished ON public.requests USING btree (org_id, created_at) WHERE (outcome = 'routed'::text);

create table public.rerate_inputs (
  request_id uuid not null,
  routed_at timestamp with time zone,
  org_id uuid,
  attempts jsonb not null,
  usage jsonb,
  baseline_model text,
  constraint rerate_inputs_pkey PRIMARY KEY (request_id)
);
CREATE INDEX rerate_inputs_routed ON public.rerate_inputs USING btree (routed_at);

create table public.rerate_prices (
  model text not null,
  since integer not null,
  prices jsonb,
  constraint rerate_prices_pkey PRIMARY KEY (model, since)
);

create table public.routing_logs (
  id uuid not null,
  request_id uuid not null,
  org_id uuid not null,
  considered_models jsonb not null,
  final_model text,
  reason text not null,
  created_at timestamp with time zone not null,
  chain jsonb not null,
  candidate_count integer not null,
  exclusions jsonb not null,
  decision_digest text not null,
  constraint routing_logs_pkey PRIMARY KEY (id)
);
CREATE INDEX routing_logs_request ON public.routing_logs USING btree (request_id);

create table public.server_secrets (
  name text not null,
  secret bytea not null,
  created_at timestamp with time zone not null,
  constraint server_secrets_pkey PRIMARY KEY (name)
);

create table public.sign_in_links (
  token_digest bytea not null,
  sealed_key bytea not null,
  expires_at timestamp with time zone not null,
  constraint sign_in_links_pkey PRIMARY KEY (token_digest)
);

create table public.stream_conflicts (
  stream text not null,
  revision bigint not null,
  event_id uuid not null,
  seen_event_id uuid not null,
  constraint stream_conflicts_pkey PRIMARY KEY (stream, revision, event_id)
);

create table public.stream_heads (
  stream text collate "C" not null,
  revision bigint not null,
  chain text not null,
  event_id uuid not null,
  constraint stream_heads_pkey PRIMARY KEY (stream)
);

create table public.usage_daily (
  org_id uuid not null,
  day date not null,
  model text not null,
  task_type text not null,
  request_count integer not null,
  error_count integer not null,
  unpriced_count integer not null,
  token_count bigint not null,
  input_count bigint not null,
  cached_input_count bigint not null,
  cache_write_count bigint not null,
  output_count bigint not null,
  reasoning_count bigint not null,
  cost_usd numeric(30,12) not null,
  savings_usd numeric(30,12) not null,
  markup_usd numeric(30,12) default 0 not null,
  constraint usage_daily_pkey PRIMARY KEY (org_id, day, model, task_type)
);

create table public.usage_hourly (
  org_id uuid not null,
  hour timestamp with time zone not null,
  model text not null,
  task_type text not null,
  request_count integer not null,
  error_count integer not null,
  token_count bigint not null,
  cost_usd numeric(30,12) not null,
  baseline_cost_usd numeric(30,12) not null,
  savings_usd numeric(30,12) not null,
  baselines jsonb not null,
  latency_histogram jsonb not null,
  overhead_histogram jsonb not null,
  first_token_histogram jsonb not null,
  constraint usage_hourly_pkey PRIMARY KEY (org_id, hour, model, task_type)
);

create table public.users (
  id uuid not null,
  org_id uuid not null,
  email text not null,
  api_key_hash text,
  api_key_prefix text,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  constraint users_pkey PRIMARY KEY (id),
  constraint users_org_id_email_key UNIQUE (org_id, email),
  constraint users_org_id_fkey FOREIGN KEY (org_id) REFERENCES orgs(id)
);

create view public.attempt_failures as
 SELECT provider,
    model,
    date_trunc('hour'::text, started_at, 'UTC'::text) AS hour,
    outcome,
    count(*) AS attempts
   FROM request_attempts
  WHERE outcome <> 'succeeded'::text
  GROUP BY provider, model, (date_trunc('hour'::text, started_at, 'UTC'::text)), outcome;

create view public.daily_errors as
 SELECT org_id,
    day,
    sum(request_count) AS requests,
    sum(error_count) AS errors,
    round(100.0 * sum(error_count)::numeric / NULLIF(sum(request_count), 0)::numeric, 2) AS error_percent
   FROM usage_daily
  GROUP BY org_id, day;

create view public.daily_savings as
 SELECT org_id,
    day,
    sum(request_count) AS requests,
    sum(cost_usd) AS cost_usd,
    sum(savings_usd) AS savings_usd,
    sum(unpriced_count) AS unpriced
   FROM usage_daily
  GROUP BY org_id, day;

create view public.model_share as
 SELECT org_id,
    day,
    model,
    sum(request_count) AS requests,
    sum(cost_usd) AS cost_usd,
    round(100.0 * sum(request_count)::numeric / NULLIF(sum(sum(request_count)) OVER (PARTITION BY org_id, day), 0::numeric), 2) AS request_percent
   FROM usage_daily
  GROUP BY org_id, day, model;

create view public.request_outcomes as
 SELECT id,
    org_id,
    key_id,
    surface,
    task_type,
    priority,
    model_used,
    provider,
    tokens,
    tokens_input,
    tokens_output,
    cached_input_count,
    cache_write_count,
    reasoning_count,
    cost,
    latency_ms,
    success,
    created_at,
    outcome,
    error_code,
    completed_at,
    deadline_at,
    attempts_count,
    first_token_ms,
    overhead_ms,
    baseline_model,
    baseline_cost_usd,
    savings_usd,
    usage_estimated,
    simulated,
    catalog_version,
    policy_version,
    decider_version,
    markup_usd,
        CASE
            WHEN outcome = 'routed'::text AND (deadline_at + '00:01:00'::interval) < now() THEN 'abandoned'::text
            ELSE outcome
        END AS shown_outcome
   FROM requests r;
