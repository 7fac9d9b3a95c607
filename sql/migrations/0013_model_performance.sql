-- How each model answered an org's requests, hour by hour (UTC). Histograms are counts by bucket: hours add up without error, and
-- percentiles come from the sum.
create table if not exists model_performance (
  org_id uuid not null,
  model text not null,
  hour timestamptz not null,
  attempt_count integer not null,
  succeeded_count integer not null,
  -- Kind of failure → how many.
  failures jsonb not null,
  -- Of attempts that succeeded.
  output_count bigint not null,
  busy_ms numeric not null,
  latency_histogram jsonb not null,
  first_token_histogram jsonb not null,
  primary key (org_id, model, hour)
);

-- What has not ended yet is what daily sums do not have.
create index if not exists requests_unfinished on requests (org_id, created_at) where outcome = 'routed';

-- The router's own markup, in the daily sums as in the requests.
alter table usage_daily add column if not exists markup_usd numeric(30, 12) not null default 0;
