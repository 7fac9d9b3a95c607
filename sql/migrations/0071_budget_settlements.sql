-- Which requests were counted in which budget: a settlement that is tried again counts nothing twice. Kept for a day.
create table if not exists budget_settlements (
  request_id uuid not null,
  budget_id uuid not null references budgets (id) on delete cascade,
  settled_at timestamptz not null,
  primary key (request_id, budget_id)
);
create index if not exists budget_settlements_age on budget_settlements (settled_at);
