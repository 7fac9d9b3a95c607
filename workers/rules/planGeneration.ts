// A rating feed as one whole: its own scale, its ratings by model, and whether it replaces the generation that serves now. Pure.
import { saysTheSame } from '../../src/domain/canonicalJson.ts';
import {
  type Catalog,
  RATING_INDEXES,
  type Rating,
  type RatingGeneration,
  type RatingIndex,
} from '../../src/domain/catalog.ts';
import type { DomainEvent } from '../../src/domain/events.ts';
import { fingerprintOf } from '../../src/domain/comparePrices.ts';

export type GenerationCase = {
  readonly catalog: Catalog;
  readonly source: string;
  readonly indexVersion: string;
  readonly at: string;
  readonly by: string;
  /** Every row of the feed, ours or not: the scale is that of the whole feed. */
  readonly feed: readonly Rating[];
  readonly rated: ReadonlyMap<string, readonly Rating[]>;
  /** The generation of another source that serves now is fresh and stays. */
  readonly otherIsFresh: boolean;
};

export type Whole = Pick<GenerationCase, 'catalog' | 'source' | 'feed' | 'rated' | 'otherIsFresh'> & {
  readonly leastSharePercent: number;
  /** A person's word that the feed has become that short. */
  readonly acceptShrunk: boolean;
};

/** What a person may say to it. */
export const HOW_TO_ACCEPT = 'if the feed has really become that short, run it once with --accept-shrunk';

/**
 * Why this feed must not take the place of the last generation from there: it measures far less than that one did, or an index has left
 * it, as when a field was renamed. Undefined when it may, and when there is nothing to replace and nothing to publish.
 */
export function findShrinking(given: Whole): string | undefined {
  const { catalog, source, feed, otherIsFresh, leastSharePercent, acceptShrunk } = given;
  const active = catalog.generation;
  const isOurs = active?.source === source;
  if (acceptShrunk || (active && !isOurs && otherIsFresh)) return undefined;
  const measured = measuredIn(feed);
  const scale = scaleOf(feed);
  if (!isOurs) {
    const isNothing = given.rated.size === 0 || scale.intelligence !== undefined;
    return isNothing ? undefined : `only ${measured} rows have an intelligence index, which gives no scale`;
  }
  const gone = RATING_INDEXES.filter((index) => active.scale[index] && !scale[index]);
  if (gone.length > 0) return `no ${gone.join(' and no ')} index is in it any more`;
  // Before that was counted, our own models must do.
  const known = [...catalog.models.values()].flatMap(({ ratings, deprecation }) =>
    deprecation ? [] : ratings.slice(0, 1),
  );
  const ours = [...given.rated].flatMap(([id, ratings]) => (catalog.models.has(id) ? ratings.slice(0, 1) : []));
  const [now, before] =
    active.measuredCount === undefined ? [measuredIn(ours), measuredIn(known)] : [measured, active.measuredCount];
  const least = Math.ceil((before * leastSharePercent) / 100);
  if (now >= least) return undefined;
  return `only ${now} rows have an intelligence index where the last generation had ${before}; at least ${least} are needed`;
}

function measuredIn(feed: readonly Rating[]): number {
  return feed.filter(({ intelligence }) => intelligence !== undefined).length;
}

/** Fewer measured rows than this give no scale. */
const LEAST_ROWS = 5;
/** A scale that moved by less, in points of an index, is the same one: it moves a little with every model that is added. */
const SAME_SCALE = 0.5;
/** A generation's date is not left to grow older than a week while its feed is read. */
const RENEWED_MS = 7 * 86_400_000;

export function planGeneration(given: GenerationCase): DomainEvent[] {
  const { catalog, source, indexVersion, at, by, otherIsFresh } = given;
  const rated = new Map([...given.rated].filter(([id]) => catalog.models.has(id)));
  if (rated.size === 0) return [];
  const active = catalog.generation;
  if (active && active.source !== source && otherIsFresh) return [];
  const scale = scaleOf(given.feed);
  const isRecent = active !== undefined && Date.parse(at) - Date.parse(active.asOf) < RENEWED_MS;
  if (isRecent && active.source === source && active.indexVersion === indexVersion && isNear(active.scale, scale)) {
    if (saysAll(catalog, rated)) return [];
    // Nothing was re-based: the same generation goes on with new figures.
    return ratingEvents(given, active.id, rated);
  }
  const id = [source, indexVersion, at.slice(0, 10), fingerprintOf([scale, [...rated]]).slice(0, 8)].join('.');
  const generation: RatingGeneration = {
    id,
    source,
    indexVersion,
    asOf: at,
    scale,
    measuredCount: measuredIn(given.feed),
  };
  // What the generation before knew leaves with it, so every model that is rated is rated anew.
  const fresh: Catalog = {
    ...catalog,
    models: new Map([...catalog.models].map(([key, model]) => [key, { ...model, ratings: [] }])),
  };
  return [
    { type: 'RatingGenerationPublished', data: { generation, at, by } },
    ...ratingEvents({ ...given, catalog: fresh }, id, rated),
  ];
}

function ratingEvents(
  { catalog, source, at, by }: GenerationCase,
  generation: string,
  rated: ReadonlyMap<string, readonly Rating[]>,
): DomainEvent[] {
  return [...rated].flatMap(([modelId, ratings]) => {
    const next = withLastSpeeds(ratings, catalog.models.get(modelId)?.ratings ?? []);
    return saysTheSame(next, catalog.models.get(modelId)?.ratings)
      ? []
      : [{ type: 'ModelRatingChanged' as const, data: { modelId, source, at, by, generation, ratings: [...next] } }];
  });
}

function saysAll(catalog: Catalog, rated: ReadonlyMap<string, readonly Rating[]>): boolean {
  return [...rated].every(([id, ratings]) => {
    const known = catalog.models.get(id)?.ratings ?? [];
    return saysTheSame(withLastSpeeds(ratings, known), known);
  });
}

/** A speed that reads "not measured" after it was measured is unknown again, not gone: the last one stays. */
function withLastSpeeds(ratings: readonly Rating[], known: readonly Rating[]): readonly Rating[] {
  return ratings.map((rating) => {
    const last = known.find(({ effort }) => effort === rating.effort);
    return {
      ...(last?.tokensPerSecond === undefined ? {} : { tokensPerSecond: last.tokensPerSecond }),
      ...(last?.firstTokenMs === undefined ? {} : { firstTokenMs: last.firstTokenMs }),
      ...rating,
    };
  });
}

/** 10th and 95th percentile of each index over the whole feed. */
export function scaleOf(feed: readonly Rating[]): RatingGeneration['scale'] {
  const scale: RatingGeneration['scale'] = {};
  for (const index of RATING_INDEXES) {
    const values = feed.flatMap((rating) => rating[index] ?? []).toSorted((a, b) => a - b);
    if (values.length >= LEAST_ROWS) scale[index] = { low: percentile(values, 0.1), high: percentile(values, 0.95) };
  }
  return scale;
}

function percentile(sorted: readonly number[], share: number): number {
  const place = (sorted.length - 1) * share;
  const [low, high] = [sorted[Math.floor(place)] ?? 0, sorted[Math.ceil(place)] ?? 0];
  return Math.round((low + (high - low) * (place - Math.floor(place))) * 1_000) / 1_000;
}

function isNear(a: RatingGeneration['scale'], b: RatingGeneration['scale']): boolean {
  return RATING_INDEXES.every((index: RatingIndex) => {
    const [x, y] = [a[index], b[index]];
    if (!x || !y) return x === y;
    return Math.abs(x.low - y.low) <= SAME_SCALE && Math.abs(x.high - y.high) <= SAME_SCALE;
  });
}
