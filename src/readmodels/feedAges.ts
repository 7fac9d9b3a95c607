// When each feed was last read well, and what has not been read for too long.
import type { AlertSettings } from '../config/syncSchema.ts';
import type { Queryable } from '../platform/postgres.ts';

export type FeedAge = { readonly source: string; readonly takenAt: Date };

/** When each feed was last read well. */
export async function readFeedAges(postgres: Queryable): Promise<readonly FeedAge[]> {
  const { rows } = await postgres.query<{ source: string; taken_at: Date }>(
    `select source, max(fetched_at) as taken_at from feed_readings where state = 'taken' group by source order by source`,
  );
  return rows.map(({ source, taken_at }) => ({ source, takenAt: taken_at }));
}

/** Ms epoch of the oldest entry of the catalog; undefined while it is empty. */
export async function readCatalogAge(postgres: Queryable): Promise<number | undefined> {
  const { rows } = await postgres.query<{ since: Date | null }>('select min(last_synced_at) as since from models');
  return rows[0]?.since?.getTime();
}

export function toFeedEntry(now: number) {
  return ({ source, takenAt }: FeedAge) => ({
    source,
    as_of: takenAt.toISOString(),
    age_sec: Math.max(0, Math.round((now - takenAt.getTime()) / 1_000)),
  });
}

export type Staleness = { readonly what: 'prices' | 'ratings'; readonly hours: number; readonly limit: number };

/**
 * What has not been read for too long. Before the first reading the catalog's own age counts; ratings are missed only
 * where there have been some.
 */
export function findStale(
  ages: readonly FeedAge[],
  catalogSince: number | undefined,
  settings: AlertSettings,
  now: number,
): Staleness[] {
  const newest = (sources: readonly string[]) =>
    ages
      .filter(({ source }) => sources.includes(source))
      .reduce<number | undefined>((latest, { takenAt }) => Math.max(latest ?? 0, takenAt.getTime()), undefined);
  const hoursSince = (at: number) => Math.floor((now - at) / 3_600_000);
  const stale: Staleness[] = [];
  const prices = newest(['openrouter', 'models_dev']) ?? catalogSince;
  const { prices: pricesLimit, ratings: ratingsLimit } = settings.stale_after_hours;
  if (prices !== undefined && hoursSince(prices) >= pricesLimit) {
    stale.push({ what: 'prices', hours: hoursSince(prices), limit: pricesLimit });
  }
  const ratings = newest(['artificialanalysis', 'openrouter']);
  if (ratings !== undefined && hoursSince(ratings) >= ratingsLimit) {
    stale.push({ what: 'ratings', hours: hoursSince(ratings), limit: ratingsLimit });
  }
  return stale;
}
