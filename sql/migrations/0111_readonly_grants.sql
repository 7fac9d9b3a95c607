-- The rest of the tables that docs/analytics.md shows to people with a SQL client.
do $$
declare
  relation text;
begin
  if not exists (select from pg_roles where rolname = 'omni_readonly') then return; end if;
  foreach relation in array array['request_rerates', 'stream_heads', 'usage_hourly'] loop
    execute format('grant select on %I to omni_readonly', relation);
  end loop;
exception
  when insufficient_privilege then raise notice 'no right to grant to omni_readonly: docs/analytics.md has the statements';
end $$;
