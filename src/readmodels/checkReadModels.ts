// What `/ready` says of the read models and the feeds. They may be late without a chat being refused: that is `degraded`.
import type { AlertSettings } from '../config/syncSchema.ts';
import type { Postgres } from '../platform/postgres.ts';
import { findStale, readCatalogUse, readFeedAges, toFeedEntry, usedFeeds } from './feedAges.ts';
import { readProjectionLag } from './lag.ts';

const LAG_LIMIT_SEC = 30;

export type Checked = {
  readonly problems: readonly string[];
  readonly details: Readonly<Record<string, unknown>>;
};

export type CheckedBy = {
  readonly alerts: AlertSettings;
  /** Ratings are asked for at ArtificialAnalysis. */
  readonly hasRatingKey: boolean;
};

export async function checkReadModels(
  postgres: Postgres,
  { alerts, hasRatingKey }: CheckedBy,
  now: number,
): Promise<Checked> {
  try {
    const projections = await readProjectionLag(postgres);
    const problems = projections.flatMap(({ name, seconds, failed }) =>
      failed
        ? [`projection ${name} has stopped`]
        : seconds > LAG_LIMIT_SEC
          ? [`projection ${name} is ${seconds} s behind`]
          : [],
    );
    const feeds = await readFeedAges(postgres);
    const { since, models } = await readCatalogUse(postgres);
    const stale = findStale(feeds, usedFeeds(models, hasRatingKey), since, alerts, now).map(
      ({ source, what, hours, limit }) => `${what} of ${source} were last read ${hours} h ago (limit ${limit} h)`,
    );
    return { problems: [...problems, ...stale], details: { projections, feeds: feeds.map(toFeedEntry(now)) } };
  } catch (error) {
    return {
      problems: ['the database is away'],
      details: { database: error instanceof Error ? error.name : 'unknown' },
    };
  }
}
