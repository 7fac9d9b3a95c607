-- Questions that are asked every day, as views, and a role for people with a SQL client. The role has no login of its own: grant it.

create or replace view daily_savings as
  select org_id, day, sum(request_count) as requests, sum(cost_usd) as cost_usd,
    sum(savings_usd) as savings_usd, sum(unpriced_count) as unpriced
  from usage_daily group by org_id, day;

create or replace view daily_errors as
  select org_id, day, sum(request_count) as requests, sum(error_count) as errors,
    round(100.0 * sum(error_count) / nullif(sum(request_count), 0), 2) as error_percent
  from usage_daily group by org_id, day;

create or replace view model_share as
  select org_id, day, model, sum(request_count) as requests, sum(cost_usd) as cost_usd,
    round(100.0 * sum(request_count) / nullif(sum(sum(request_count)) over (partition by org_id, day), 0), 2) as request_percent
  from usage_daily group by org_id, day, model;

create or replace view attempt_failures as
  select provider, model, date_trunc('hour', started_at, 'UTC') as hour, outcome, count(*) as attempts
  from request_attempts where outcome <> 'succeeded' group by provider, model, date_trunc('hour', started_at, 'UTC'), outcome;

-- A role belongs to the whole server: another database may have made it already, and a user that may not make roles goes without.
do $$
begin
  if not exists (select from pg_roles where rolname = 'omni_readonly') then
    create role omni_readonly nologin;
  end if;
exception
  when duplicate_object or unique_violation then null;
  when insufficient_privilege then raise notice 'no right to create the role omni_readonly: docs/analytics.md has the statements';
end $$;

-- Read models only: no accounts, no keys, no kept bodies, no log.
do $$
declare
  relation text;
begin
  if not exists (select from pg_roles where rolname = 'omni_readonly') then return; end if;
  grant usage on schema public to omni_readonly;
  foreach relation in array array['requests', 'request_outcomes', 'request_attempts', 'routing_logs', 'usage_daily', 'feedback',
    'model_performance', 'models', 'model_changes', 'rating_generations', 'projection_checkpoints', 'daily_savings', 'daily_errors',
    'model_share', 'attempt_failures'] loop
    execute format('grant select on %I to omni_readonly', relation);
  end loop;
exception
  when insufficient_privilege then raise notice 'no right to grant to omni_readonly: docs/analytics.md has the statements';
end $$;
