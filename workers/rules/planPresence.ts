// Models that a feed no longer lists: suspended after several misses over a day, back when they return; and the days on which the
// feed says that they end, which move. Pure.
import { type CatalogModel, modelId } from '../../src/domain/catalog.ts';
import { planShutdown } from '../../src/domain/catalogChanges.ts';
import type { DomainEvent } from '../../src/domain/events.ts';
import type { FeedModel } from '../sources/feedReading.ts';
import { type FeedCase, HOUR_MS } from './feedPlan.ts';
import type { Judgement } from './judgePrices.ts';
import { type Sighting, countSighting, sightingKey, steadyOf } from './sightings.ts';

const VANISHED = 'it is not listed any more';
const EXPIRES = 'it is listed until';
const PRESENCE = 'presence';
/** Days further away than this are stand-ins for "never": 2098-12-31 was seen. */
const FAR_MS = 5 * 365 * 24 * HOUR_MS;

type Note = Judgement & { readonly events: readonly DomainEvent[] };
const note = (verdict: Judgement['verdict'], rule: string, events: readonly DomainEvent[] = []): Note => ({
  verdict,
  rule,
  reason: '',
  events,
});

/** What the absence of a model means, and the sighting that counts it. */
export function judgeAbsence(model: CatalogModel, given: FeedCase): Note & { readonly sighting: Sighting } {
  const { reading, settings, sightings, by } = given;
  const seen = { modelId: model.id, unit: PRESENCE, fingerprint: 'missing', at: Date.parse(reading.at) };
  const sighting = countSighting(sightings, seen);
  const { readings, hours } = steadyOf(sighting);
  const { deprecation } = model;
  // An end that is still to come says nothing of a model that is gone today; a person's word on its end stands.
  if (deprecation?.source === 'manual') return { ...note('ignored', 'known_otherwise'), sighting };
  if (deprecation && Date.parse(deprecation.at) <= Date.parse(reading.at)) {
    return { ...note('ignored', 'deprecated_already'), sighting };
  }
  if (readings < settings.missing.readings || hours < settings.missing.hours) {
    return { ...note('held', 'missing_not_long_enough'), sighting };
  }
  const data = {
    modelId: model.id,
    source: reading.source,
    at: reading.at,
    by,
    reason: `${VANISHED}: ${readings} readings over ${Math.floor(hours)} h were without it`,
    effectiveAt: reading.at,
    replacement: model.details.replacement ?? deprecation?.replacement ?? renamed(model, given) ?? null,
  };
  return { ...note('accepted', 'vanished', [{ type: 'ModelDeprecated', data }]), sighting };
}

/** The same snapshot under another id: the list has renamed it. */
function renamed({ details, modelName }: CatalogModel, { reading }: FeedCase): string | undefined {
  if (details.canonicalSlug === undefined) return undefined;
  const same = [...reading.models.values()].find(
    ({ id, kind, details: { canonicalSlug } }) =>
      kind === 'model' && !id.includes(':') && id !== modelName && canonicalSlug === details.canonicalSlug,
  );
  return same && modelId('openrouter', same.id);
}

/** What the presence of a model means for one that was suspended or counted as missing. */
export function judgePresence(model: CatalogModel, given: FeedCase): Note {
  const { reading, by } = given;
  if (!isVanished(model, reading.source)) {
    return given.sightings.has(sightingKey(model.id, PRESENCE))
      ? note('ignored', 'back_in_time')
      : note('same', 'same');
  }
  const data = { modelId: model.id, source: reading.source, at: reading.at, by, reason: 'it is listed again' };
  // The end that models.yaml announced has left with the suspension.
  const ends = planShutdown(undefined, model.details, { modelId: model.id, source: 'seed', at: reading.at, by });
  return note('accepted', 'returned', [{ type: 'ModelReinstated', data }, ...ends]);
}

function isVanished(model: CatalogModel, source: string): boolean {
  return model.deprecation?.source === source && hasVanished(model);
}

/** Suspended because a feed lists it no more. */
export function hasVanished({ deprecation }: CatalogModel): boolean {
  return deprecation?.reason.startsWith(VANISHED) ?? false;
}

/** The day on which the feed says that the model ends. It may be set, moved, and taken back. */
export function judgeExpiration(row: FeedModel, model: CatalogModel, given: FeedCase): Note {
  const { reading, by } = given;
  const { deprecation, details } = model;
  const own = deprecation?.source === reading.source && deprecation.reason.startsWith(EXPIRES);
  const common = { modelId: model.id, source: reading.source, at: reading.at, by };
  const at = row.expiresOn === undefined ? NaN : Date.parse(`${row.expiresOn}T00:00:00.000Z`);
  if (Number.isNaN(at) || at - Date.parse(reading.at) > FAR_MS) {
    if (own) {
      const reason = 'the day on which it was to end was taken back';
      return note('accepted', 'expiration_withdrawn', [{ type: 'ModelReinstated', data: { ...common, reason } }]);
    }
    return row.expiresOn === undefined ? note('same', 'same') : note('ignored', 'far_away_date');
  }
  if (deprecation && !own && !isVanished(model, reading.source)) return note('ignored', 'known_otherwise');
  const effectiveAt = new Date(at).toISOString();
  if (deprecation?.at === effectiveAt) return note('same', 'same');
  const data = {
    ...common,
    reason: `${EXPIRES} ${row.expiresOn ?? ''}`,
    effectiveAt,
    replacement: details.replacement ?? deprecation?.replacement ?? renamed(model, given) ?? null,
  };
  return note('accepted', own ? 'expiration_moved' : 'expiration_set', [{ type: 'ModelDeprecated', data }]);
}
