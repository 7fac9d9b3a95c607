-- Usage by hour with times as histograms (src/domain/histogram.ts), so that figures over months are added up from hours and not from requests.
create table if not exists usage_hourly (
  org_id uuid not null,
  hour timestamptz not null,
  model text not null,
  task_type text not null,
  request_count integer not null,
  error_count integer not null,
  token_count bigint not null,
  cost_usd numeric(30, 12) not null,
  baseline_cost_usd numeric(30, 12) not null,
  savings_usd numeric(30, 12) not null,
  baselines jsonb not null,
  latency_histogram jsonb not null,
  overhead_histogram jsonb not null,
  first_token_histogram jsonb not null,
  primary key (org_id, hour, model, task_type)
);
