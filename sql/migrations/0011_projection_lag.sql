-- How many events wait for a projection, as it said itself at its last heartbeat; the most that it counts is 100,000.
alter table projection_checkpoints add column if not exists waiting_count integer;
