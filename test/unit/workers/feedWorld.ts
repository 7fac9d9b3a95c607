// A catalog, its events and the readings of a feed, for the specs of this folder: each reading is planned and applied as a job would.
import { type Catalog, EMPTY_CATALOG } from '../../../src/domain/catalog.ts';
import type { ModelWish } from '../../../src/domain/catalogChanges.ts';
import type { DomainEvent } from '../../../src/domain/events.ts';
import { type Revised, foldCatalog } from '../../../src/domain/foldCatalog.ts';
import type { Prices } from '../../../src/domain/prices.ts';
import { ModelsFile } from '../../../src/config/schema.ts';
import type { Opinion } from '../../../src/domain/priceChanges.ts';
import type { FeedPlan, Row } from '../../../workers/rules/feedPlan.ts';
import { foldHistory } from '../../../workers/rules/history.ts';
import { planOpenRouter } from '../../../workers/rules/planFeed.ts';
import type { Sighting } from '../../../workers/rules/sightings.ts';
import type { FeedReading } from '../../../workers/sources/feedReading.ts';
import { readOpenRouterModels } from '../../../workers/sources/openrouterModels.ts';
import { type RowWish, openRouterFeed, perToken } from '../../support/feeds.ts';

export const DEFAULTS = ModelsFile.parse({ models: [] });
const START = Date.UTC(2026, 8, 22);

export type World = {
  readonly catalog: () => Catalog;
  readonly events: readonly Revised[];
  /** One reading of OpenRouter's list, so many hours after the first one. */
  read(hours: number, rows: readonly (RowWish | Record<string, unknown>)[]): FeedPlan;
  append(events: readonly DomainEvent[]): void;
  opinions: Map<string, Opinion[]>;
  overrides: Map<string, ModelWish>;
  pricesOf(id: string): { input: string | undefined; output: string | undefined };
};

export function createWorld(settings: Partial<typeof DEFAULTS.sync.pricing> = {}): World {
  const events: Revised[] = [];
  const sightings = new Map<string, Sighting>();
  let previous: FeedReading | undefined;
  const catalog = () => foldCatalog(events, EMPTY_CATALOG);
  const append = (drafts: readonly DomainEvent[]): void => {
    for (const draft of drafts) events.push({ ...draft, revision: events.length });
  };
  const world: World = {
    catalog,
    events,
    append,
    opinions: new Map(),
    overrides: new Map(),
    read(hours, rows) {
      const reading = readOpenRouterModels(openRouterFeed(rows), new Date(START + hours * 3_600_000).toISOString());
      const plan = planOpenRouter({
        reading,
        previous,
        catalog: catalog(),
        history: foldHistory(events),
        sightings,
        opinionsOf: (id) => world.opinions.get(id) ?? [],
        overrides: world.overrides,
        settings: { ...DEFAULTS.sync.pricing, new_models: 'enabled', ...settings },
        alerts: DEFAULTS.alerts,
        by: 'job:syncPricing',
      });
      append(plan.events);
      for (const [key, sighting] of plan.sightings) {
        if (sighting) sightings.set(key, sighting);
        else sightings.delete(key);
      }
      previous = reading;
      return plan;
    },
    pricesOf(id) {
      const prices = catalog().models.get(`openrouter/${id}`)?.prices;
      return { input: prices?.input, output: prices?.output };
    },
  };
  return world;
}

export function opinion(source: string, input: number, output: number): Opinion {
  const prices: Prices = { input: perToken(input), output: perToken(output) };
  return { source, prices };
}

/** `field: verdict rule` of the rows of one model. */
export function told(plan: FeedPlan, id: string): string[] {
  return plan.rows
    .filter((row) => row.id === id)
    .map(({ field, verdict, rule }: Row) => `${field}: ${verdict} ${rule}`);
}

export function typesOf(events: readonly DomainEvent[]): string[] {
  return events.map(({ type }) => type);
}
