// What a plan made from a feed's reading consists of, and what it is made from.
import type { Catalog } from '../../src/domain/catalog.ts';
import type { ModelWish } from '../../src/domain/catalogChanges.ts';
import type { DomainEvent } from '../../src/domain/events.ts';
import type { AlertSettings, PricingSettings } from '../../src/config/syncSchema.ts';
import type { FeedReading } from '../sources/feedReading.ts';
import type { Opinion } from '../../src/domain/priceChanges.ts';
import type { History } from './history.ts';
import type { SightingChanges, Sightings } from './sightings.ts';

/** One difference between two readings of a feed, or between a reading and the catalog, and what became of it. */
export type Row = {
  /** The feed's own id. */
  readonly id: string;
  readonly field: string;
  readonly old: string | null;
  readonly new: string | null;
  readonly verdict: 'accepted' | 'held' | 'ignored';
  readonly rule: string;
  /** False for what the feed had said before already: a hold that is settled now, a catalog that lagged behind. */
  readonly inFeed: boolean;
};

export type AlertDraft = {
  readonly kind: string;
  readonly subject: string;
  readonly message: string;
  /** The same kind and subject is not raised again within these hours, unless the key is another one. */
  readonly quietHours: number;
  readonly key: string;
  /** It lasts: told once, and again only after `endStates` has heard that it is over. */
  readonly isState?: boolean;
};

export type FeedPlan = {
  readonly events: readonly DomainEvent[];
  readonly rows: readonly Row[];
  readonly sightings: SightingChanges;
  readonly alerts: readonly AlertDraft[];
  /** Models whose price waits for somebody else to say the same, those that are used first. */
  readonly heldModels: readonly string[];
};

export type FeedCase = {
  readonly reading: FeedReading;
  /** The last reading of this feed that was used; undefined for the first one. */
  readonly previous: FeedReading | undefined;
  readonly catalog: Catalog;
  readonly history: History;
  readonly sightings: Sightings;
  readonly opinionsOf: (modelId: string) => readonly Opinion[];
  /** By model id: what stands under `overrides` of models.yaml. */
  readonly overrides: ReadonlyMap<string, ModelWish>;
  readonly settings: PricingSettings;
  readonly alerts: AlertSettings;
  readonly by: string;
};

export const HOUR_MS = 3_600_000;
