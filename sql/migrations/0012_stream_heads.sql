-- Where each stream of the log ended, as the projections saw it: a log whose last events were deleted is found by this.
create table if not exists stream_heads (
  stream text collate "C" primary key,
  revision bigint not null,
  -- The hash chain of the stream up to there.
  chain text not null,
  event_id uuid not null
);

-- Counts who took the lock: a process that was paused while another took over cannot move the checkpoint any more.
alter table projection_checkpoints add column if not exists epoch integer not null default 0;
