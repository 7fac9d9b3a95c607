-- What was asked and answered, of orgs that ask for it to be kept. In a table of its own: a row can be erased alone.
alter table orgs add column if not exists capture_content_days integer check (capture_content_days between 1 and 3650);

create table if not exists captured_content (
  request_id uuid primary key,
  -- The line of the key that asked.
  holder_id uuid not null,
  request_body bytea not null,
  answer_status integer not null,
  answer_type text not null,
  -- Null when it was longer than what is kept.
  answer_body bytea,
  created_at timestamptz not null,
  expires_at timestamptz not null
);
create index if not exists captured_content_expiry on captured_content (expires_at);
