-- What callers said of answers: every saying is a row, the newest one of a request counts.
create table if not exists feedback (
  id uuid primary key,
  request_id uuid not null,
  org_id uuid not null,
  given_at timestamptz not null,
  -- -1 to 1.
  score numeric,
  accepted boolean,
  label text
);
create index if not exists feedback_request on feedback (request_id, given_at);
create index if not exists feedback_org_time on feedback (org_id, given_at);
