// The counts of equal readings and misses, by feed.
import type { Queryable } from '../../src/platform/postgres.ts';
import { type Sighting, type Sightings, sightingKey } from '../rules/sightings.ts';

export async function readSightings(postgres: Queryable, source: string): Promise<Sightings> {
  const { rows } = await postgres.query<{
    model_id: string;
    unit: string;
    fingerprint: string;
    first_at: Date;
    last_at: Date;
    reading_count: number;
  }>('select model_id, unit, fingerprint, first_at, last_at, reading_count from feed_sightings where source = $1', [
    source,
  ]);
  return new Map(
    rows.map((row) => [
      sightingKey(row.model_id, row.unit),
      {
        modelId: row.model_id,
        unit: row.unit,
        fingerprint: row.fingerprint,
        firstAt: row.first_at.getTime(),
        lastAt: row.last_at.getTime(),
        readings: row.reading_count,
      },
    ]),
  );
}

export type KeyedSighting = { readonly key: string; readonly sighting: Sighting | null };

/** Null ends a count. */
export async function writeSightings(
  client: Queryable,
  source: string,
  changes: readonly KeyedSighting[],
): Promise<void> {
  for (const { key, sighting } of changes) {
    if (sighting === null) {
      const dot = key.lastIndexOf('.');
      await client.query('delete from feed_sightings where source = $1 and model_id = $2 and unit = $3', [
        source,
        key.slice(0, dot),
        key.slice(dot + 1),
      ]);
      continue;
    }
    const { modelId, unit, fingerprint, firstAt, lastAt, readings } = sighting;
    await client.query(
      `insert into feed_sightings (source, model_id, unit, fingerprint, first_at, last_at, reading_count)
       values ($1, $2, $3, $4, $5, $6, $7)
       on conflict (source, model_id, unit) do update
         set fingerprint = excluded.fingerprint, first_at = excluded.first_at, last_at = excluded.last_at,
             reading_count = excluded.reading_count`,
      [source, modelId, unit, fingerprint, new Date(firstAt), new Date(lastAt), readings],
    );
  }
}
