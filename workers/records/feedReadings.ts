// What was read of each feed: the raw body (once for equal bodies), when, and what became of it. The last one that was taken is what
// the next one is compared with.
import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Postgres, Queryable } from '../../src/platform/postgres.ts';
import type { AlertDraft } from '../rules/feedPlan.ts';
import type { Sighting } from '../rules/sightings.ts';

export type StoredReading = {
  readonly id: string;
  readonly source: string;
  readonly at: string;
  readonly sha256: string;
  readonly rows: number | undefined;
  readonly body: Buffer;
};
/** What is kept once the events of a reading are in the log. */
export type Pending = {
  readonly job: string;
  readonly alerts: readonly AlertDraft[];
  readonly sightings: readonly { readonly key: string; readonly sighting: Sighting | null }[];
};
export type NewReading = {
  readonly id: string;
  readonly source: string;
  readonly url: string;
  readonly at: string;
  readonly body: Buffer | undefined;
};

/** Bodies of so many readings stay for each feed: a month of readings every two hours. */
const KEPT_READINGS = 400;

export async function keepReading(postgres: Postgres, { id, source, url, at, body }: NewReading): Promise<void> {
  await postgres.transaction(async (client) => {
    let sha256: string | null = null;
    if (body) {
      sha256 = createHash('sha256').update(body).digest('hex');
      await client.query(
        'insert into feed_bodies (sha256, body, stored_at) values ($1, $2, $3) on conflict do nothing',
        [sha256, gzipSync(body), at],
      );
    }
    await client.query(
      `insert into feed_readings (id, source, url, fetched_at, sha256, byte_count, state) values ($1, $2, $3, $4, $5, $6, 'fetched')`,
      [id, source, url, at, sha256, body?.byteLength ?? null],
    );
  });
}

export async function refuseReading(postgres: Queryable, id: string, reason: string): Promise<void> {
  await postgres.query(`update feed_readings set state = 'refused', reason = $2, pending = null where id = $1`, [
    id,
    reason.slice(0, 500),
  ]);
}

export async function startApplying(postgres: Queryable, id: string, rows: number, pending: Pending): Promise<void> {
  await postgres.query(`update feed_readings set state = 'applying', row_count = $2, pending = $3 where id = $1`, [
    id,
    rows,
    JSON.stringify(pending),
  ]);
}

export async function takeReading(client: Queryable, id: string, rows?: number): Promise<void> {
  await client.query(
    `update feed_readings set state = 'taken', pending = null, row_count = coalesce($2, row_count) where id = $1`,
    [id, rows ?? null],
  );
}

/** The newest reading that the catalog was brought up to. */
export async function lastTaken(postgres: Queryable, source: string): Promise<StoredReading | undefined> {
  const { rows } = await postgres.query<{
    id: string;
    fetched_at: Date;
    sha256: string;
    row_count: number | null;
    body: Buffer;
  }>(
    `select r.id, r.fetched_at, r.sha256, r.row_count, b.body from feed_readings r join feed_bodies b using (sha256)
     where r.source = $1 and r.state = 'taken' order by r.fetched_at desc limit 1`,
    [source],
  );
  const [row] = rows;
  return (
    row && {
      id: row.id,
      source,
      at: row.fetched_at.toISOString(),
      sha256: row.sha256,
      rows: row.row_count ?? undefined,
      body: gunzipSync(row.body),
    }
  );
}

export type Interrupted = {
  readonly id: string;
  readonly source: string;
  readonly at: string;
  readonly pending: Pending;
};

/** Readings whose run ended between the append and what comes after it. */
export async function readInterrupted(postgres: Queryable, sources: readonly string[]): Promise<Interrupted[]> {
  const { rows } = await postgres.query<{ id: string; source: string; fetched_at: Date; pending: Pending }>(
    `select id, source, fetched_at, pending from feed_readings
     where state = 'applying' and source = any($1) order by fetched_at`,
    [sources],
  );
  return rows.map(({ id, source, fetched_at, pending }) => ({ id, source, at: fetched_at.toISOString(), pending }));
}

/** Forgets old readings of a feed, and bodies that no reading has any more. */
export async function pruneReadings(postgres: Queryable, source: string): Promise<void> {
  const { rowCount } = await postgres.query(
    `delete from feed_readings where id in
       (select id from feed_readings where source = $1 order by fetched_at desc offset $2)`,
    [source, KEPT_READINGS],
  );
  if (rowCount === 0) return;
  await postgres.query(
    'delete from feed_bodies b where not exists (select from feed_readings r where r.sha256 = b.sha256)',
  );
}
