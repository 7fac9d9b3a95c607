-- The newest event whose rows are in, with its place: a log that holds another event there, or none, is not the log that was read.
alter table projection_checkpoints add column if not exists last_event jsonb;

-- Copies that a rebuild has begun and not ended are gone on with.
do $$
declare
  copy text;
begin
  for copy in select schemaname from pg_tables where tablename = 'projection_checkpoints' and schemaname like 'rebuild\_%' loop
    execute format('alter table %I.projection_checkpoints add column if not exists last_event jsonb', copy);
  end loop;
end $$;

-- The category follows from the stream's name. What is there is not looked at: a large log would be read for that.
alter table eventlog.events drop constraint if exists events_category_of_stream;
alter table eventlog.events add constraint events_category_of_stream check (category = split_part(stream, '-', 1)) not valid;

-- An event that was seen where another one stands now: what `verify` tells for as long as the row is here.
create table if not exists stream_conflicts (
  stream text not null,
  revision bigint not null,
  event_id uuid not null,
  seen_event_id uuid not null,
  primary key (stream, revision, event_id)
);

-- For people with a SQL client.
do $$
begin
  if not exists (select from pg_roles where rolname = 'omni_readonly') then return; end if;
  grant select on stream_conflicts to omni_readonly;
exception
  when insufficient_privilege then raise notice 'no right to grant to omni_readonly: docs/analytics.md has the statements';
end $$;
