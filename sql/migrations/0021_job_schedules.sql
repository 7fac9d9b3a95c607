-- When each job runs next, as the worker's schedules say: for those who look, the schedules themselves are in config/models.yaml.
create table if not exists job_schedules (
  job text primary key,
  cron text not null,
  next_at timestamptz,
  updated_at timestamptz not null
);
