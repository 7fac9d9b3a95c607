-- What the jobs keep of the feeds that they read. None of it can be computed from the log again but none of it is the record either:
-- without these tables the next reading is simply the first one.
create table if not exists feed_bodies (
  sha256 text primary key,
  -- gzip of the raw answer.
  body bytea not null,
  stored_at timestamptz not null
);

create table if not exists feed_readings (
  id uuid primary key,
  source text not null,
  url text not null,
  fetched_at timestamptz not null,
  -- Null when no body came.
  sha256 text,
  byte_count integer,
  row_count integer,
  -- fetched: being judged. applying: its events are being appended. taken: the catalog has what it brings. refused: nothing of it was used.
  state text not null check (state in ('fetched', 'applying', 'taken', 'refused')),
  reason text,
  -- While applying: what is to be kept once the events are in the log.
  pending jsonb
);
create index if not exists feed_readings_latest on feed_readings (source, fetched_at desc);

-- How often in a row a feed has said the same thing of a model.
create table if not exists feed_sightings (
  source text not null,
  model_id text not null,
  unit text not null,
  fingerprint text not null,
  first_at timestamptz not null,
  last_at timestamptz not null,
  reading_count integer not null,
  primary key (source, model_id, unit)
);

-- Requests that a feed with a daily quota was sent, and until when it must not be asked.
create table if not exists feed_quotas (
  source text primary key,
  window_started_at timestamptz not null,
  used_count integer not null,
  blocked_until timestamptz
);

create table if not exists job_runs (
  id uuid primary key,
  job text not null,
  -- Id in the queue; null for a run in the foreground.
  queue_id text,
  trigger text not null,
  attempt integer not null,
  status text not null check (status in ('running', 'succeeded', 'failed')),
  progress text,
  started_at timestamptz not null,
  ended_at timestamptz,
  summary jsonb,
  error text
);
create index if not exists job_runs_latest on job_runs (started_at desc);
create index if not exists job_runs_running on job_runs (job) where status = 'running';

-- Alerts on their way: to the log first, then to the webhook.
create table if not exists alerts (
  id uuid primary key,
  kind text not null,
  subject text not null,
  key text not null,
  message text not null,
  raised_at timestamptz not null,
  appended_at timestamptz,
  delivered_at timestamptz,
  attempt_count integer not null default 0,
  failure text
);
create index if not exists alerts_subject on alerts (kind, subject, raised_at desc);
create index if not exists alerts_waiting on alerts (raised_at) where delivered_at is null;
