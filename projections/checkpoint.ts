// How far a projection has come. The row moves only by compare-and-set on the old position and on the epoch of who holds the lock,
// in the transaction of the rows it stands for: two writers cannot both succeed, and one that was paused while another took over
// cannot write any more.
import { type Position, type RecordedEvent, START } from '../src/eventstore/eventStore.ts';
import type { Postgres, Queryable } from '../src/platform/postgres.ts';
import { LIVE, type Place, nameAt } from './place.ts';
import type { Projection } from './projection.ts';
import type { LastEvent } from './sameLog.ts';

const TABLE = 'projection_checkpoints';

export class CheckpointMovedError extends Error {
  override readonly name = 'CheckpointMovedError';
}

/** Rows of a newer release are not written by an older one. */
export class NewerVersionError extends Error {
  override readonly name = 'NewerVersionError';
}

export type Checkpoint = {
  readonly position: Position;
  readonly epoch: number;
  /** Null before the first event, and where an older release came to here. */
  readonly lastEvent: LastEvent | null;
  /** The rows are of an older version: they have to be built again. */
  readonly outdated: boolean;
};

/**
 * Takes the checkpoint over: whoever held it before cannot move it any more. Makes the row when there is none.
 * @throws NewerVersionError when a newer release wrote the rows
 */
export async function takeCheckpoint(
  postgres: Postgres,
  projection: Projection,
  now: string,
  place: Place = LIVE,
): Promise<Checkpoint> {
  const { name, version } = projection;
  const { rows } = await postgres.query<{
    version: number;
    position: string;
    epoch: number;
    last_event: LastEvent | null;
  }>(
    `insert into ${nameAt(place, TABLE)} as c (name, version, position, updated_at, epoch) values ($1, $2, $3, $4, 1)
     on conflict (name) do update set epoch = c.epoch + 1,
       version = case when c.position = $3 then excluded.version else c.version end
     returning version, position, epoch, last_event`,
    [name, version, START, now],
  );
  const [row] = rows;
  if (!row) throw new CheckpointMovedError(`the checkpoint of ${name} was removed`);
  if (row.version > version)
    throw new NewerVersionError(
      `the rows of ${name} are of version ${row.version}, this release writes version ${version}: a newer one keeps them`,
    );
  return {
    position: row.position,
    epoch: row.epoch,
    lastEvent: row.last_event,
    outdated: row.version < version,
  };
}

export type Move = {
  readonly from: Position;
  readonly to: Position;
  readonly epoch: number;
  readonly now: string;
  /** The newest event that is in now. */
  readonly last?: RecordedEvent | undefined;
  /** True when nothing was waiting at that moment. */
  readonly caughtUp?: boolean;
  /** Events that wait behind the new position, where they were counted. */
  readonly waiting?: number | undefined;
};

/** @throws CheckpointMovedError when somebody else moved it, or holds it now */
export async function moveCheckpoint(
  client: Queryable,
  projection: Projection,
  move: Move,
  place: Place = LIVE,
): Promise<void> {
  // All of this can be derived again, so a commit need not wait for the disk. A crash takes rows and checkpoint back together.
  const { rowCount } = await client.query(
    `update ${nameAt(place, TABLE)} set position = $3, updated_at = $4::timestamptz,
       last_event_at = coalesce($5::timestamptz, last_event_at), last_event = coalesce($10::jsonb, last_event),
       caught_up_at = case when $6::boolean then $4::timestamptz else caught_up_at end,
       waiting_count = case when $6::boolean then 0 else coalesce($8, waiting_count) end,
       failed_event_id = case when $5::timestamptz is null then failed_event_id end,
       failed_position = case when $5::timestamptz is null then failed_position end,
       failure = case when $5::timestamptz is null then failure end
     where name = $1 and position = $2 and version = $7 and epoch = $9 returning set_config('synchronous_commit', 'off', true)`,
    [
      projection.name,
      move.from,
      move.to,
      move.now,
      move.last?.recordedAt ?? null,
      move.caughtUp ?? false,
      projection.version,
      move.waiting ?? null,
      move.epoch,
      move.last ? JSON.stringify(toLastEvent(move.last)) : null,
    ],
  );
  if (rowCount !== 1) throw new CheckpointMovedError(`the checkpoint of ${projection.name} is no longer where it was`);
}

function toLastEvent({ stream, revision, id, position }: RecordedEvent): LastEvent {
  return { stream, revision: String(revision), id, position };
}

/** The same rows, from the beginning of the log once more. Whoever holds the checkpoint calls this. */
export async function restartCheckpoint(
  postgres: Queryable,
  { name, version }: Projection,
  { epoch }: Checkpoint,
): Promise<Checkpoint> {
  const { rowCount } = await postgres.query(
    `update ${TABLE} set position = $3, version = $2, last_event = null, caught_up_at = null, waiting_count = null
     where name = $1 and epoch = $4`,
    [name, version, START, epoch],
  );
  if (rowCount !== 1) throw new CheckpointMovedError(`the checkpoint of ${name} is held by somebody else`);
  return { position: START, epoch, lastEvent: null, outdated: false };
}

/** Holds the live checkpoint still until the transaction ends: a running copy waits. Undefined when it never ran. */
export async function holdCheckpoint(client: Queryable, projection: Projection): Promise<Position | undefined> {
  const { rows } = await client.query<{ position: string }>(
    `select position from ${TABLE} where name = $1 for update`,
    [projection.name],
  );
  return rows[0]?.position;
}

/** The rows were exchanged for others: whoever keeps them starts again from here. */
export async function replaceCheckpoint(
  client: Queryable,
  projection: Projection,
  to: {
    readonly position: Position;
    readonly lastEventAt: Date | null;
    readonly now: string;
    /** Where the copies are. */
    readonly place: Place;
  },
): Promise<void> {
  await client.query(
    `insert into ${TABLE} as c (name, version, position, updated_at, last_event_at, epoch, last_event)
     values ($1, $2, $3, $4, $5, 1, (select last_event from ${nameAt(to.place, TABLE)} where name = $1))
     on conflict (name) do update set version = excluded.version, position = excluded.position, epoch = c.epoch + 1,
       updated_at = excluded.updated_at, last_event_at = excluded.last_event_at, last_event = excluded.last_event, caught_up_at = null,
       waiting_count = null, failed_event_id = null, failed_position = null, failure = null`,
    [projection.name, projection.version, to.position, to.now, to.lastEventAt],
  );
}

export async function recordFailure(
  postgres: Queryable,
  projection: Projection,
  failed: { readonly eventId: string; readonly position: Position; readonly message: string; readonly now: string },
): Promise<void> {
  await postgres.query(
    `update ${TABLE} set failed_event_id = $2, failed_position = $3, failure = $4, updated_at = $5 where name = $1`,
    [projection.name, failed.eventId, failed.position, failed.message.slice(0, 1_000), failed.now],
  );
}
