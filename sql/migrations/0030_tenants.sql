-- What an operator sets for orgs and keys. A null limit = none.
alter table orgs
  add column if not exists requests_per_min integer check (requests_per_min > 0),
  add column if not exists tokens_per_min integer check (tokens_per_min > 0),
  add column if not exists concurrent_requests integer check (concurrent_requests > 0),
  -- The router's own markup by price band; null = none.
  add column if not exists markup jsonb;

alter table api_keys
  add column if not exists requests_per_min integer check (requests_per_min > 0),
  add column if not exists tokens_per_min integer check (tokens_per_min > 0),
  add column if not exists concurrent_requests integer check (concurrent_requests > 0),
  -- Addresses and networks that the key may be used from; null = any.
  add column if not exists allowed_ips text[],
  -- The first key of a line of rotations: limits and budgets count for the line, so that a rotation does not double them.
  add column if not exists line_id uuid;
update api_keys set line_id = id where line_id is null;
create index if not exists api_keys_line on api_keys (line_id);

-- Alerts of this room leave by the same door as its actions.
alter table admin_outbox add column if not exists type text not null default 'AdminActed';

-- Amounts in USD. What is reserved belongs to requests that are running; spent counts for the period that began at period_start.
create table if not exists budgets (
  id uuid primary key,
  org_id uuid not null references orgs (id),
  scope text not null check (scope in ('org', 'key')),
  -- An org, or the line of a key.
  subject_id uuid not null,
  period text not null check (period in ('daily', 'monthly')),
  soft_limit_usd numeric(30, 12) check (soft_limit_usd >= 0),
  hard_limit_usd numeric(30, 12) check (hard_limit_usd >= 0),
  spent_usd numeric(30, 12) not null default 0,
  reserved_usd numeric(30, 12) not null default 0,
  period_start timestamptz not null,
  -- The period for which the soft limit was told of already.
  alerted_for timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  unique (scope, subject_id, period)
);
create index if not exists budgets_org on budgets (org_id);

create table if not exists budget_reservations (
  request_id uuid not null,
  budget_id uuid not null references budgets (id) on delete cascade,
  amount_usd numeric(30, 12) not null,
  -- After that the request is over, whatever became of its process.
  expires_at timestamptz not null,
  primary key (request_id, budget_id)
);
create index if not exists budget_reservations_expiry on budget_reservations (expires_at);
analyze budgets;
