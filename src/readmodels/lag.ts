// How far the read models are behind the event log, for /ready.
import type { Queryable } from '../platform/postgres.ts';

export type ProjectionLag = {
  readonly name: string;
  /** Seconds since it last was at the end of the log or took an event. At most the heartbeat of 2 s when all is well. */
  readonly seconds: number;
  /** Events that waited for it at its last heartbeat; 0 when all is well. */
  readonly events: number;
  /** The event at which it stopped, if it did. */
  readonly failed: { readonly eventId: string; readonly position: string; readonly message: string } | null;
};

export async function readProjectionLag(postgres: Queryable): Promise<readonly ProjectionLag[]> {
  const { rows } = await postgres.query<{
    name: string;
    seconds: number;
    waiting_count: number | null;
    failed_event_id: string | null;
    failed_position: string | null;
    failure: string | null;
  }>(
    `select name, waiting_count, failed_event_id, failed_position, failure,
       greatest(0, extract(epoch from now() - coalesce(greatest(last_event_at, caught_up_at), updated_at)))::float8 as seconds
     from projection_checkpoints order by name`,
  );
  return rows.map(({ name, seconds, waiting_count, failed_event_id, failed_position, failure }) => ({
    name,
    seconds: Math.round(seconds * 10) / 10,
    events: waiting_count ?? 0,
    failed:
      failed_event_id === null
        ? null
        : { eventId: failed_event_id, position: failed_position ?? '', message: failure ?? '' },
  }));
}
