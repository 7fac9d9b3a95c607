-- An alert of a state (prices that differ, an end that is near) is told again when the state has ended and come back.
alter table alerts add column if not exists ended_at timestamptz;
