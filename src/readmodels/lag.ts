// How far each projection is behind the log.
import type { Queryable } from '../platform/postgres.ts';

export type ProjectionState = {
  readonly name: string;
  readonly position: string;
  readonly lastEventAt: Date | null;
  readonly failure: string | null;
};

export async function readProjections(postgres: Queryable): Promise<ProjectionState[]> {
  const { rows } = await postgres.query<{
    name: string;
    position: string;
    last_event_at: Date | null;
    failure: string | null;
  }>('select name, position, last_event_at, failure from projection_checkpoints order by name');
  return rows.map(({ name, position, last_event_at: lastEventAt, failure }) => ({
    name,
    position,
    lastEventAt,
    failure,
  }));
}
