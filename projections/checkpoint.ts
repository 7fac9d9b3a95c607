// How far a projection has come. The row moves only by compare-and-set on the old position, in the transaction of the rows it
// stands for: two writers cannot both succeed, and a reset under a running one makes that one start again.
import type { Position } from '../src/eventstore/eventStore.ts';
import { START } from '../src/eventstore/eventStore.ts';
import type { Postgres, Queryable } from '../src/platform/postgres.ts';
import type { Projection } from './projection.ts';

export class CheckpointMovedError extends Error {
  override readonly name = 'CheckpointMovedError';
}

/** Where to go on from. Makes the row when there is none, and empties the tables when another version wrote them. */
export async function openCheckpoint(postgres: Postgres, projection: Projection, now: string): Promise<Position> {
  await postgres.query(
    `insert into projection_checkpoints (name, version, position, updated_at) values ($1, $2, $3, $4) on conflict do nothing`,
    [projection.name, projection.version, START, now],
  );
  const { rows } = await postgres.query<{ version: number; position: string }>(
    'select version, position from projection_checkpoints where name = $1',
    [projection.name],
  );
  const [row] = rows;
  if (!row) throw new CheckpointMovedError(`the checkpoint of ${projection.name} was removed`);
  if (row.version === projection.version) return row.position;
  await resetProjection(postgres, projection, now);
  return START;
}

/** Empties the tables and starts from nothing, in one transaction. Safe while a copy runs: that one notices and starts again. */
export async function resetProjection(postgres: Postgres, projection: Projection, now: string): Promise<void> {
  await postgres.transaction(async (client) => {
    // The checkpoint first, as in every batch: the same order everywhere cannot deadlock.
    await client.query(
      `insert into projection_checkpoints (name, version, position, updated_at) values ($1, $2, $3, $4)
       on conflict (name) do update set version = excluded.version, position = excluded.position,
         updated_at = excluded.updated_at, last_event_at = null, caught_up_at = null, waiting_count = null,
         failed_event_id = null, failed_position = null, failure = null`,
      [projection.name, projection.version, START, now],
    );
    await client.query(`truncate ${projection.tables.map(({ name }) => name).join(', ')}`);
  });
}

export type Move = {
  readonly from: Position;
  readonly to: Position;
  readonly now: string;
  /** When the newest event that is in now was stored. */
  readonly lastEventAt?: Date | undefined;
  /** True when nothing was waiting at that moment. */
  readonly caughtUp?: boolean;
  /** Events that wait behind the new position, where they were counted. */
  readonly waiting?: number | undefined;
};

/** @throws CheckpointMovedError when somebody else moved or reset it */
export async function moveCheckpoint(client: Queryable, projection: Projection, move: Move): Promise<void> {
  // All of this can be derived again, so a commit need not wait for the disk. A crash takes rows and checkpoint back together.
  const { rowCount } = await client.query(
    `update projection_checkpoints set position = $3, updated_at = $4::timestamptz,
       last_event_at = coalesce($5::timestamptz, last_event_at),
       caught_up_at = case when $6::boolean then $4::timestamptz else caught_up_at end,
       waiting_count = case when $6::boolean then 0 else coalesce($8, waiting_count) end,
       failed_event_id = case when $5::timestamptz is null then failed_event_id end,
       failed_position = case when $5::timestamptz is null then failed_position end,
       failure = case when $5::timestamptz is null then failure end
     where name = $1 and position = $2 and version = $7 returning set_config('synchronous_commit', 'off', true)`,
    [
      projection.name,
      move.from,
      move.to,
      move.now,
      move.lastEventAt ?? null,
      move.caughtUp ?? false,
      projection.version,
      move.waiting ?? null,
    ],
  );
  if (rowCount !== 1) throw new CheckpointMovedError(`the checkpoint of ${projection.name} is no longer where it was`);
}

export async function recordFailure(
  postgres: Queryable,
  projection: Projection,
  failed: { readonly eventId: string; readonly position: Position; readonly message: string; readonly now: string },
): Promise<void> {
  await postgres.query(
    `update projection_checkpoints set failed_event_id = $2, failed_position = $3, failure = $4, updated_at = $5 where name = $1`,
    [projection.name, failed.eventId, failed.position, failed.message.slice(0, 1_000), failed.now],
  );
}
