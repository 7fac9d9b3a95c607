-- The event log. Position is commit order, because every append holds one exclusive advisory lock until it commits.
create schema if not exists eventlog;

create table if not exists eventlog.events (
  position bigint primary key,
  stream text collate "C" not null,
  revision bigint not null,
  category text collate "C" not null,
  id uuid not null unique,
  type text not null,
  -- json, not jsonb: the text that was hashed stays as it was written.
  data json not null,
  metadata json not null,
  recorded_at timestamptz not null default clock_timestamp(),
  unique (stream, revision)
);
