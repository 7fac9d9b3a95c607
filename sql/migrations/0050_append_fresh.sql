-- The append that nearly every batch is: new events, each with the revision that its writer expects. One round trip and one statement: the
-- lock, the look at the streams' ends and the rows. Each statement of a plpgsql function sees what was committed before it, so what the
-- lock waited for is seen. Gives the position before the first row, or null when an append does not follow the end of its stream: nothing
-- is written then, and its writer looks closer. A revision or an id that is there already is a unique violation, likewise.
create or replace function eventlog.append_fresh(lock_key bigint, rows json, channel text) returns bigint
language plpgsql as $$
declare
  head bigint;
begin
  perform pg_advisory_xact_lock(lock_key);
  if exists (
    select from json_to_recordset(rows) as r(stream text, revision bigint, first boolean)
    where r.first and r.revision > 0
      and not exists (select from eventlog.events e where e.stream = r.stream and e.revision = r.revision - 1)
  ) then
    return null;
  end if;
  select coalesce(max(position), 0) into head from eventlog.events;
  insert into eventlog.events (position, stream, revision, category, id, type, data, metadata)
  select head + r.place, r.stream, r.revision, r.category, r.id, r.type, r.data::json, r.metadata::json
  from json_to_recordset(rows)
    as r(place bigint, stream text, revision bigint, category text, id uuid, type text, data text, metadata text)
  order by r.place;
  perform pg_notify(channel, '');
  return head;
end
$$;
