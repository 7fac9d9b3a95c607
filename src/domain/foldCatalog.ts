// Folding `catalog-main` and `policy-main`: events up to revision N in, exactly what the router knew at N out.
import { type Catalog, type CatalogModel, EMPTY_CATALOG } from './catalog.ts';
import type { DomainEvent, EventOf } from './events.ts';
import type { PublishedPolicy } from './policy.ts';

/** An event with the revision that it has in its stream. */
export type Revised = DomainEvent & { readonly revision: number };

export function foldCatalog(events: Iterable<Revised>, from: Catalog = EMPTY_CATALOG): Catalog {
  const models = new Map(from.models);
  let { version, generation } = from;
  for (const event of events) {
    version = event.revision;
    if (event.type === 'RatingGenerationPublished') {
      generation = event.data.generation;
      // Ratings are compared inside one generation only: those of the one before leave with it.
      for (const [id, model] of models) if (model.ratings.length > 0) models.set(id, { ...model, ratings: [] });
      continue;
    }
    if (!isAboutModel(event)) continue;
    const { modelId } = event.data;
    const changed = evolveModel(models.get(modelId), event, generation?.id);
    if (changed) models.set(modelId, changed);
  }
  return { version, models, generation };
}

type ModelEvent = EventOf<
  | 'ModelRegistered'
  | 'ModelPriceChanged'
  | 'ModelRatingChanged'
  | 'ModelDetailsChanged'
  | 'ModelDeprecated'
  | 'ModelReinstated'
  | 'ModelChangeHeld'
  | 'ModelChangeReleased'
>;

function isAboutModel(event: DomainEvent): event is ModelEvent {
  return event.type.startsWith('Model');
}

/** Undefined when the event changes nothing that is known of the model. */
function evolveModel(
  model: CatalogModel | undefined,
  event: ModelEvent,
  generation: string | undefined,
): CatalogModel | undefined {
  if (event.type === 'ModelRegistered') return register(event);
  if (!model) return undefined;
  switch (event.type) {
    case 'ModelPriceChanged':
      return {
        ...model,
        prices: event.data.prices ?? undefined,
        priceSource: event.data.source,
        pricedAt: event.data.at,
        updatedAt: event.data.at,
      };
    case 'ModelDetailsChanged':
      return { ...model, details: event.data.details, detailsSource: event.data.source, updatedAt: event.data.at };
    case 'ModelRatingChanged':
      return event.data.generation === generation
        ? { ...model, ratings: event.data.ratings, updatedAt: event.data.at }
        : undefined;
    case 'ModelDeprecated': {
      const { effectiveAt, reason, replacement, source, at } = event.data;
      return {
        ...model,
        deprecation: { at: effectiveAt, reason, replacement: replacement ?? undefined, source },
        updatedAt: at,
      };
    }
    case 'ModelReinstated':
      return { ...model, deprecation: undefined, updatedAt: event.data.at };
    case 'ModelChangeHeld':
    case 'ModelChangeReleased':
      // A held change is none until it is appended as one.
      return undefined;
  }
}

function register({ data }: EventOf<'ModelRegistered'>): CatalogModel {
  return {
    id: data.modelId,
    provider: data.provider,
    modelName: data.modelName,
    details: data.details,
    detailsSource: data.source,
    prices: data.prices ?? undefined,
    priceSource: data.source,
    pricedAt: data.at,
    ratings: [],
    deprecation: undefined,
    updatedAt: data.at,
  };
}

/** The newest policy, its version being its revision; undefined before the first. */
export function foldPolicy(events: Iterable<Revised>, from?: PublishedPolicy): PublishedPolicy | undefined {
  let current = from;
  for (const event of events) {
    if (event.type === 'PolicyPublished') current = { version: event.revision, policy: event.data.policy };
  }
  return current;
}
