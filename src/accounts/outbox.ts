// The way of this room's changes to the log: written in the transaction of the change itself, appended to `admin-main` afterwards.
import type { EventData } from '../domain/events.ts';
import { type Clock, type Random, isoTime } from '../platform/clock.ts';
import type { Postgres, Queryable } from '../platform/postgres.ts';

/** What every room of accounts works with. */
export type AccountTools = { readonly postgres: Postgres; readonly clock: Clock; readonly random: Random };
export type AdminAction = EventData<'AdminActed'>;

export async function writeAction(client: Queryable, data: AdminAction): Promise<void> {
  await client.query('insert into admin_outbox (data) values ($1)', [JSON.stringify(data)]);
}

/**
 * Hands what waits in the outbox to `append`, in order, and marks it. The rows are locked meanwhile. An end between append and
 * mark hands the same rows out again, so `append` must leave out what the log has already.
 */
export async function drainOutbox(
  { postgres, clock }: Pick<AccountTools, 'postgres' | 'clock'>,
  append: (actions: readonly AdminAction[]) => Promise<void>,
): Promise<number> {
  return await postgres.transaction(async (client) => {
    const { rows } = await client.query<{ id: bigint; data: AdminAction }>(
      'select id, data from admin_outbox where appended_at is null order by id limit 100 for update skip locked',
    );
    if (rows.length === 0) return 0;
    await append(rows.map(({ data }) => data));
    const ids = rows.map(({ id }) => id.toString());
    await client.query('update admin_outbox set appended_at = $2 where id = any($1::bigint[])', [
      ids,
      isoTime(clock.now()),
    ]);
    return rows.length;
  });
}
