-- Orgs, their users and keys. SQL is the record here; every change also goes to the log through admin_outbox.
create table if not exists orgs (
  id uuid primary key,
  name text not null unique,
  billing_plan text not null default 'self-hosted',
  -- Model id that savings are told against; null = what `best` would have chosen.
  baseline_model text,
  -- Model ids that the org may use; null = all.
  allowed_models text[],
  created_at timestamptz not null,
  updated_at timestamptz not null
);

create table if not exists users (
  id uuid primary key,
  org_id uuid not null references orgs (id),
  email text not null,
  -- Hash and prefix of the user's newest key.
  api_key_hash text,
  api_key_prefix text,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  unique (org_id, email)
);

create table if not exists api_keys (
  id uuid primary key,
  user_id uuid not null references users (id),
  org_id uuid not null references orgs (id),
  hash text not null,
  prefix text not null unique,
  scopes text[] not null,
  allowed_models text[],
  created_at timestamptz not null,
  expires_at timestamptz,
  revoked_at timestamptz,
  last_used_at timestamptz
);
create index if not exists api_keys_org_id on api_keys (org_id);

-- Written in the transaction of the change itself, appended to admin-main afterwards, in order of id.
create table if not exists admin_outbox (
  id bigint generated always as identity primary key,
  data jsonb not null,
  appended_at timestamptz
);
create index if not exists admin_outbox_waiting on admin_outbox (id) where appended_at is null;
