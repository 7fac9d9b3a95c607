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

/** What the catalog's enabled models need of feeds, and the time (ms epoch) of its oldest entry; undefined while it is empty. */
export async function readCatalogUse(
  postgres: Queryable,
): Promise<{ since: number | undefined; models: FollowedModel[] }> {
  const { rows } = await postgres.query<{ since: Date | null }>('select min(last_synced_at) as since from models');
  const { rows: models } = await postgres.query<{ provider: string; sync_source: string | null; is_listed: boolean }>(
    `select distinct provider, details->>'syncSource' as sync_source, details->>'openrouterId' is not null as is_listed
     from models where enabled`,
  );
  return {
    since: rows[0]?.since?.getTime(),
    models: models.map(({ provider, sync_source, is_listed }) => ({
      provider,
      syncSource: sync_source ?? undefined,
      isListed: is_listed,
    })),
  };
}

export function toFeedEntry(now: number) {
  return ({ source, takenAt }: FeedAge) => ({
    source,
    as_of: takenAt.toISOString(),
    age_sec: Math.max(0, Math.round((now - takenAt.getTime()) / 1_000)),
  });
}

/** `isListed`: OpenRouter's list has it too, which checks its price and rates it. */
export type FollowedModel = {
  readonly provider: string;
  readonly syncSource: string | undefined;
  readonly isListed: boolean;
};
export type UsedFeed = { readonly source: string; readonly what: 'prices' | 'ratings' };

/** The feeds that somebody would miss: each for itself, as a fresh one says nothing of what another one brings. */
export function usedFeeds(models: readonly FollowedModel[], hasRatingKey: boolean): UsedFeed[] {
  const isRouted = (model: FollowedModel) => model.provider === 'openrouter';
  const usesList = models.some((model) => (isRouted(model) ? model.syncSource !== 'none' : model.isListed));
  const usesDev = models.some((model) => !isRouted(model) && (model.syncSource ?? 'models_dev') === 'models_dev');
  return [
    ...(usesList ? [{ source: 'openrouter', what: 'prices' as const }] : []),
    ...(usesDev ? [{ source: 'models_dev', what: 'prices' as const }] : []),
    ...(hasRatingKey ? [{ source: 'artificialanalysis', what: 'ratings' as const }] : []),
  ];
}

export type Staleness = UsedFeed & { readonly hours: number; readonly limit: number };

/** What has not been read for too long. Before the first reading the catalog's own age counts. */
export function findStale(
  ages: readonly FeedAge[],
  used: readonly UsedFeed[],
  catalogSince: number | undefined,
  settings: AlertSettings,
  now: number,
): Staleness[] {
  return used.flatMap(({ source, what }) => {
    const last = ages.find((age) => age.source === source)?.takenAt.getTime() ?? catalogSince;
    const limit = settings.stale_after_hours[what];
    if (last === undefined) return [];
    const hours = Math.floor((now - last) / 3_600_000);
    return hours >= limit ? [{ source, what, hours, limit }] : [];
  });
}
