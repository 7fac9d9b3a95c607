// Requests to a feed that counts them: at most so many in 24 hours, whatever process asks, and none before the feed allows it again.
import type { Postgres } from '../../src/platform/postgres.ts';

export type Quota = { readonly allowed: true } | { readonly allowed: false; readonly until: Date };

const DAY_MS = 86_400_000;

/** Counts one request before it is sent: one that fails costs quota too. */
export async function takeRequest(postgres: Postgres, source: string, perDay: number, now: number): Promise<Quota> {
  return await postgres.transaction(async (client) => {
    await client.query(
      'insert into feed_quotas (source, window_started_at, used_count) values ($1, $2, 0) on conflict do nothing',
      [source, new Date(now)],
    );
    const { rows } = await client.query<{ window_started_at: Date; used_count: number; blocked_until: Date | null }>(
      'select window_started_at, used_count, blocked_until from feed_quotas where source = $1 for update',
      [source],
    );
    const [row] = rows;
    if (!row) throw new Error(`no quota of ${source}`);
    const blocked = row.blocked_until?.getTime() ?? 0;
    // A block of more than a day is none that we have set: an older release took any time that a feed named.
    if (row.blocked_until && blocked > now && blocked <= now + DAY_MS) {
      return { allowed: false, until: row.blocked_until };
    }
    const isOver = now - row.window_started_at.getTime() >= DAY_MS;
    const [start, used] = isOver ? [new Date(now), 0] : [row.window_started_at, row.used_count];
    if (used >= perDay) return { allowed: false, until: new Date(start.getTime() + DAY_MS) };
    await client.query('update feed_quotas set window_started_at = $2, used_count = $3 where source = $1', [
      source,
      start,
      used + 1,
    ]);
    return { allowed: true };
  });
}

export async function blockUntil(postgres: Postgres, source: string, until: Date): Promise<void> {
  await postgres.query('update feed_quotas set blocked_until = $2 where source = $1', [source, until]);
}
