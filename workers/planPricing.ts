// The whole of a pricing run, planned at once: OpenRouter's list, then the direct providers, then the ratings that the list carries. Pure.
import { type Catalog, type CatalogModel, type Rating, modelId } from '../src/domain/catalog.ts';
import type { ModelWish } from '../src/domain/catalogChanges.ts';
import type { ModelsFile } from '../src/config/schema.ts';
import type { DomainEvent } from '../src/domain/events.ts';
import { type Revised, foldCatalog } from '../src/domain/foldCatalog.ts';
import type { Prices } from '../src/domain/prices.ts';
import { opinionsFrom } from './opinions.ts';
import type { Read } from './readFeed.ts';
import type { AlertDraft, FeedCase, FeedPlan, Row } from './rules/feedPlan.ts';
import { foldHistory } from './rules/history.ts';
import { planKnownModels, planOpenRouter } from './rules/planFeed.ts';
import { HOW_TO_ACCEPT, findShrinking, planGeneration } from './rules/planGeneration.ts';
import type { SightingChanges, Sightings } from './rules/sightings.ts';
import { type FeedModel, type FeedReading } from './sources/feedReading.ts';
import { GENAI_PRICES, genaiPriceOf } from './sources/genaiPrices.ts';
import { MODELS_DEV } from './sources/modelsDev.ts';
import { OPENROUTER } from './sources/openrouterModels.ts';

export type PricingFeeds = {
  readonly openrouter: Read | undefined;
  readonly modelsDev: Read | undefined;
  readonly sightings: ReadonlyMap<string, Sightings>;
  readonly authorPrices: ReadonlyMap<string, Prices>;
  readonly overrides: ReadonlyMap<string, ModelWish>;
  readonly file: ModelsFile;
  /** ArtificialAnalysis' own ratings are fresh: those inside OpenRouter's list stand back. */
  readonly areRatingsFresh: boolean;
  /** A person's word that a feed has become that short. */
  readonly acceptShrunk: boolean;
  readonly by: string;
};

export type PricingPlan = {
  readonly events: readonly DomainEvent[];
  readonly rows: readonly Row[];
  readonly alerts: readonly AlertDraft[];
  /** By source. */
  readonly sightings: ReadonlyMap<string, SightingChanges>;
  /** OpenRouter's ids of models whose change is held, so that their authors can be asked. */
  readonly doubtful: readonly string[];
};

export function planPricing(events: readonly Revised[], feeds: PricingFeeds): PricingPlan {
  let catalog = foldCatalog(events);
  const history = foldHistory(events);
  const plans: FeedPlan[] = [];
  const sightings = new Map<string, SightingChanges>();
  const add = (source: string, plan: FeedPlan): void => {
    plans.push(plan);
    sightings.set(source, plan.sightings);
    catalog = foldOn(catalog, plan.events);
  };
  const caseOf = (reading: FeedReading, previous: FeedReading | undefined): FeedCase => ({
    reading,
    previous,
    catalog,
    history,
    sightings: feeds.sightings.get(reading.source) ?? new Map(),
    opinionsOf: opinionsOf(feeds, catalog, reading),
    overrides: feeds.overrides,
    settings: feeds.file.sync.pricing,
    alerts: feeds.file.alerts,
    by: feeds.by,
  });
  const { openrouter, modelsDev } = feeds;
  if (openrouter) add(OPENROUTER, planOpenRouter(caseOf(openrouter.reading, openrouter.previous)));
  if (modelsDev) add(MODELS_DEV, planKnownModels(caseOf(modelsDev.reading, modelsDev.previous), inModelsDev));
  const listed = genaiReading(catalog, openrouter?.reading.at ?? modelsDev?.reading.at);
  if (listed)
    add(
      GENAI_PRICES,
      planKnownModels(caseOf(listed, undefined), (model) => model.id),
    );
  const changes = plans.flatMap((plan) => plan.events);
  const ratings = openrouter ? planRatings(catalog, openrouter.reading, feeds) : NO_RATINGS;
  return {
    events: [...changes, ...ratings.events],
    rows: plans.flatMap(({ rows }) => rows),
    alerts: [...plans.flatMap(({ alerts }) => alerts), ...ratings.alerts],
    sightings,
    doubtful: [
      ...new Set(
        plans.flatMap(({ heldModels }) => heldModels).flatMap((id) => openRouterIdOf(catalog.models.get(id)) ?? []),
      ),
    ],
  };
}

function foldOn(catalog: Catalog, events: readonly DomainEvent[]): Catalog {
  return foldCatalog(
    events.map((event) => ({ ...event, revision: catalog.version })),
    catalog,
  );
}

/** New models are asked about too, before the catalog has them. */
function opinionsOf(feeds: PricingFeeds, catalog: Catalog, reading: FeedReading): FeedCase['opinionsOf'] {
  const known = {
    openrouter: feeds.openrouter?.reading,
    modelsDev: feeds.modelsDev?.reading,
    authorPrices: feeds.authorPrices,
    offsets: feeds.file.sync.validation.offsets,
    at: new Date(reading.at),
  };
  const ask = opinionsFrom(known, reading.source);
  return (id) => {
    const model = catalog.models.get(id);
    return model ? ask(model) : [];
  };
}

function inModelsDev({ provider, modelName, details }: CatalogModel): string | undefined {
  const source = details.syncSource ?? MODELS_DEV;
  return provider !== 'openrouter' && source === MODELS_DEV ? `${provider}/${modelName}` : undefined;
}

/** Models whose price is to come from genai-prices, as a reading of the list inside the package. */
function genaiReading(catalog: Catalog, at: string | undefined): FeedReading | undefined {
  if (at === undefined) return undefined;
  const models = new Map<string, FeedModel>();
  for (const { id, provider, modelName, details } of catalog.models.values()) {
    if (details.syncSource !== GENAI_PRICES) continue;
    const prices = genaiPriceOf(provider, modelName, new Date(at));
    if (prices) {
      models.set(id, {
        id,
        kind: 'model',
        free: false,
        prices,
        arePricesPartial: true,
        details: {},
        fields: new Map(),
      });
    }
  }
  return models.size > 0 ? { source: GENAI_PRICES, at, models, malformed: [], count: models.size } : undefined;
}

function openRouterIdOf(model: CatalogModel | undefined): string | undefined {
  if (!model) return undefined;
  const id = model.provider === 'openrouter' ? model.modelName : model.details.openrouterId;
  return id === undefined || id.includes(':') ? undefined : id;
}

const NO_RATINGS: Pick<PricingPlan, 'events' | 'alerts'> = { events: [], alerts: [] };

/** The figures of a model hold for whoever serves it. What is refused of them leaves the prices of the list as they are. */
function planRatings(catalog: Catalog, reading: FeedReading, feeds: PricingFeeds): typeof NO_RATINGS {
  const feed: Rating[] = [];
  const rated = new Map<string, readonly Rating[]>();
  for (const row of reading.models.values()) {
    if (row.kind !== 'model' || !row.rating) continue;
    feed.push(row.rating);
    rated.set(modelId('openrouter', row.id), [row.rating]);
  }
  for (const { id, provider, details } of catalog.models.values()) {
    const row = provider === 'openrouter' ? undefined : reading.models.get(details.openrouterId ?? '');
    if (row?.rating) rated.set(id, [row.rating]);
  }
  const given = { catalog, source: OPENROUTER, feed, rated, otherIsFresh: feeds.areRatingsFresh };
  const leastSharePercent = feeds.file.sync.ratings.least_share_percent;
  const shrinking = findShrinking({ ...given, leastSharePercent, acceptShrunk: feeds.acceptShrunk });
  if (shrinking !== undefined) {
    const subject = `${OPENROUTER} ratings`;
    const message = `${subject}: ${shrinking} (${HOW_TO_ACCEPT})`;
    return { events: [], alerts: [{ kind: 'feed_refused', subject, message, quietHours: 24, key: '' }] };
  }
  return {
    events: planGeneration({ ...given, indexVersion: 'unversioned', at: reading.at, by: feeds.by }),
    alerts: [],
  };
}
