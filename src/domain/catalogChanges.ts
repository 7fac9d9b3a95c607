// From what a file wants of the catalog to the events that bring it there. Pure and idempotent: a second run plans nothing.
import { saysTheSame } from './canonicalJson.ts';
import { type Catalog, type CatalogModel, type ModelDetails, type ProviderName, modelId } from './catalog.ts';
import { foldCatalog } from './foldCatalog.ts';
import type { DomainEvent } from './events.ts';
import { type Prices, hasServiceTiers, hasServiceTiersOnly, withServiceTiers } from './prices.ts';

/** One model as a file describes it. Prices are exact decimals in USD per token. */
export type ModelWish = {
  readonly provider: ProviderName;
  readonly modelName: string;
  readonly details: Partial<ModelDetails>;
  readonly prices: Prices | undefined;
};

export type Change = { readonly at: string; readonly by: string };

const FRESH: ModelDetails = { enabled: true, tags: [], qualityWeight: 1, abilities: {} };

/**
 * The events that make `catalog` what the file says: `models` are first values, so a value that a feed has given since
 * stays; `overrides` win over whoever said so last, as source `manual`. Nothing is ever deleted.
 */
export function planCatalogChanges(
  catalog: Catalog,
  file: { readonly models: readonly ModelWish[]; readonly overrides: readonly ModelWish[] },
  change: Change,
): DomainEvent[] {
  const overrides = new Map(file.overrides.map((wish) => [idOf(wish), wish]));
  const events = file.models.flatMap((wish) =>
    planFirstValues(catalog.models.get(idOf(wish)), wish, change, overrides.get(idOf(wish))),
  );
  const seeded = foldCatalog(
    events.map((event) => ({ ...event, revision: catalog.version })),
    catalog,
  );
  const overridden = file.overrides.flatMap((wish) => planOverride(seeded.models.get(idOf(wish)), wish, change));
  return [...events, ...overridden, ...planTakenBack(catalog, file, change)];
}

function idOf(wish: ModelWish): string {
  return modelId(wish.provider, wish.modelName);
}

function planFirstValues(
  model: CatalogModel | undefined,
  wish: ModelWish,
  change: Change,
  override: ModelWish | undefined,
): DomainEvent[] {
  const overridden = override?.details ?? {};
  const details = { ...FRESH, ...wish.details };
  const common = { modelId: idOf(wish), source: 'seed', ...change };
  const events: DomainEvent[] = [];
  if (!model) {
    const { provider, modelName, prices = null } = wish;
    events.push({ type: 'ModelRegistered', data: { ...common, provider, modelName, details, prices } });
  } else {
    const wanted = model.detailsSource === 'seed' ? details : besideFeeds(model.details, details, overridden);
    if (!saysTheSame(model.details, wanted)) {
      // Who spoke last stays who it was: a feed's limits and abilities are not taken back by an edited tag.
      events.push({ type: 'ModelDetailsChanged', data: { ...common, source: model.detailsSource, details: wanted } });
    }
    events.push(...planFirstPrices(model, wish, common, override));
  }
  // What a feed or a calendar has said of a shutdown since then stands; what an override said goes with the override.
  const said = model?.deprecation?.source;
  const isOthers = said !== undefined && said !== 'seed' && said !== 'manual';
  return overridden.shutdownOn !== undefined || isOthers
    ? events
    : [...events, ...planShutdown(model, details, common)];
}

/** A price that a feed has told since stays; what only people can tell of prices counts after it, too. */
function planFirstPrices(
  { prices: known, priceSource }: CatalogModel,
  { prices }: ModelWish,
  common: Change & { readonly modelId: string; readonly source: string },
  override: ModelWish | undefined,
): DomainEvent[] {
  const isOurs = known && hasServiceTiers(prices) && !hasServiceTiers(override?.prices);
  const wanted = priceSource === 'seed' ? prices : isOurs ? withServiceTiers(known, prices) : known;
  if (saysTheSame(known, wanted)) return [];
  return [{ type: 'ModelPriceChanged', data: { ...common, source: priceSource, prices: wanted ?? null } }];
}

/** What only people know of a model: no feed supersedes it, so an edited file still counts after one has spoken. */
const OURS = ['tags', 'qualityTier', 'qualityWeight', 'aliases', 'samplingParams', 'toolsThrough'] as const;

function besideFeeds(known: ModelDetails, file: ModelDetails, overridden: Partial<ModelDetails>): ModelDetails {
  const ours = OURS.filter((field) => overridden[field] === undefined);
  const entries = Object.entries({ ...known, ...Object.fromEntries(ours.map((field) => [field, file[field]])) });
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as ModelDetails;
}

/** A shutdown that the file announced and does not name any more. */
function planTakenBack(
  catalog: Catalog,
  file: Parameters<typeof planCatalogChanges>[1],
  change: Change,
): DomainEvent[] {
  const announced = (wishes: readonly ModelWish[]) =>
    new Set(wishes.filter(({ details }) => details.shutdownOn !== undefined).map(idOf));
  const [first, overriding] = [announced(file.models), announced(file.overrides)];
  // Nothing is taken back for a model that the file has stopped to list.
  const listed = new Set(file.models.map(idOf));
  return [...catalog.models.values()].flatMap(({ id: modelId, deprecation }): DomainEvent[] => {
    const isTakenBack =
      !overriding.has(modelId) &&
      !first.has(modelId) &&
      (deprecation?.source === 'manual' || (deprecation?.source === 'seed' && listed.has(modelId)));
    const data = { modelId, source: deprecation?.source ?? '', ...change, reason: 'the file names no end any more' };
    return isTakenBack ? [{ type: 'ModelReinstated', data }] : [];
  });
}

/** A shutdown date that the provider has announced deprecates at once, effective on that date. */
export function planShutdown(
  model: CatalogModel | undefined,
  details: Pick<ModelDetails, 'shutdownOn' | 'replacement'>,
  common: Change & { readonly modelId: string; readonly source: string },
): DomainEvent[] {
  const { shutdownOn, replacement } = details;
  if (shutdownOn === undefined) return [];
  const effectiveAt = `${shutdownOn}T00:00:00.000Z`;
  if (model?.deprecation?.at === effectiveAt && model.deprecation.replacement === replacement) return [];
  const reason = `the provider shuts it down on ${shutdownOn}`;
  return [{ type: 'ModelDeprecated', data: { ...common, reason, effectiveAt, replacement: replacement ?? null } }];
}

function overriddenPrices(known: Prices | undefined, wish: Prices): Prices {
  const { overrides: _tiers, ...lines } = wish;
  return hasServiceTiersOnly(wish) ? withServiceTiers({ ...known, ...lines }, wish) : { ...known, ...wish };
}

function planOverride(model: CatalogModel | undefined, wish: ModelWish, change: Change): DomainEvent[] {
  const common = { modelId: idOf(wish), source: 'manual', ...change };
  const shutdown = planShutdown(model, wish.details, common);
  if (!model) {
    const { provider, modelName, prices = null } = wish;
    const details = { ...FRESH, ...wish.details };
    return [{ type: 'ModelRegistered', data: { ...common, provider, modelName, details, prices } }, ...shutdown];
  }
  const events: DomainEvent[] = [];
  const abilities = { ...model.details.abilities, ...wish.details.abilities };
  const details = { ...model.details, ...wish.details, abilities };
  if (!saysTheSame(model.details, details)) {
    events.push({ type: 'ModelDetailsChanged', data: { ...common, details } });
  }
  const prices = wish.prices && overriddenPrices(model.prices, wish.prices);
  if (prices && !saysTheSame(model.prices, prices)) {
    events.push({ type: 'ModelPriceChanged', data: { ...common, prices } });
  }
  return [...events, ...shutdown];
}
