-- The markup of a request, beside its cost.
alter table requests add column if not exists markup_usd numeric(30, 12);
-- A view has the columns that its table had when it was made.
drop view if exists request_outcomes;
create view request_outcomes as
  select r.*, case when r.outcome = 'routed' and r.deadline_at + interval '1 minute' < now() then 'abandoned' else r.outcome end as shown_outcome
  from requests r;

-- What a request's cost is worked out from, once more: the counts of its attempts and of its answer.
create table if not exists rerate_inputs (
  request_id uuid primary key,
  -- Null until it has ended.
  routed_at timestamptz,
  org_id uuid,
  attempts jsonb not null,
  usage jsonb,
  baseline_model text
);
create index if not exists rerate_inputs_routed on rerate_inputs (routed_at);

-- Price lists by the revision of catalog-main from which on they hold.
create table if not exists rerate_prices (
  model text not null,
  since integer not null,
  prices jsonb,
  primary key (model, since)
);

-- The figures of the newest correction; requests keeps the first ones.
create table if not exists request_rerates (
  request_id uuid primary key,
  org_id uuid not null,
  created_at timestamptz not null,
  catalog_version integer not null,
  requested_at timestamptz not null,
  -- USD; null = not known at that version.
  cost_usd numeric(30, 12),
  baseline_cost_usd numeric(30, 12),
  savings_usd numeric(30, 12)
);
create index if not exists request_rerates_org_time on request_rerates (org_id, created_at);
