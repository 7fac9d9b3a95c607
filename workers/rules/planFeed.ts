// From one reading of a feed to the events that the catalog takes from it, a report row by row, and what people are told. Pure.
import { type CatalogModel, type ModelDetails, modelId } from '../../src/domain/catalog.ts';
import type { DomainEvent } from '../../src/domain/events.ts';
import { type FeedModel } from '../sources/feedReading.ts';
import { OPENROUTER } from '../sources/openrouterModels.ts';
import { fingerprintOf } from '../../src/domain/comparePrices.ts';
import { decideModel } from './decideModel.ts';
import { type AlertDraft, type FeedCase, type FeedPlan, HOUR_MS, type Row } from './feedPlan.ts';
import { carriedRows, changedFields, rowsOf } from './feedRows.ts';
import { goesBack } from './history.ts';
import type { Judgement } from './judgePrices.ts';
import { judgePrices } from './judgePrices.ts';
import { judgeAbsence, judgeExpiration, judgePresence } from './planPresence.ts';
import { pricesFingerprint } from '../../src/domain/comparePrices.ts';
import { type SightingChanges, sightingKey } from './sightings.ts';

type Gathered = {
  readonly events: DomainEvent[];
  readonly registrations: DomainEvent[];
  readonly rows: Row[];
  readonly sightings: SightingChanges;
  readonly held: { readonly modelId: string; readonly id: string; readonly reason: string }[];
  readonly wentBack: string[];
  readonly vanished: string[];
  readonly returned: string[];
  readonly replaced: string[];
  readonly doubtful: string[];
};

/** OpenRouter's list: every row is a model of ours, of provider `openrouter`. */
export function planOpenRouter(given: FeedCase): FeedPlan {
  const into = emptyPlan();
  const { reading, previous, catalog } = given;
  for (const row of reading.models.values()) {
    const before = previous?.models.get(row.id);
    const model = catalog.models.get(modelId('openrouter', row.id));
    if (row.kind !== 'model') addIgnored(row, before, given, row.kind, into);
    else if (!model) addUnknown(row, before, given, into);
    else if (model.details.syncSource === 'none') addIgnored(row, before, given, 'not_followed', into);
    else addKnown(row, before, model, given, into);
  }
  addRemoved(given, into);
  return finish(given, into);
}

/** A feed for models that the catalog has already: `idOf` says under which name the feed has one. It registers and suspends nothing. */
export function planKnownModels(given: FeedCase, idOf: (model: CatalogModel) => string | undefined): FeedPlan {
  const into = emptyPlan();
  for (const model of given.catalog.models.values()) {
    const id = idOf(model);
    const row = id === undefined ? undefined : given.reading.models.get(id);
    if (!row) continue;
    const before = given.previous?.models.get(row.id);
    addDecided(row, before, model, given, new Map(), into);
  }
  return finish(given, into);
}

function emptyPlan(): Gathered {
  return {
    events: [],
    registrations: [],
    rows: [],
    sightings: new Map(),
    held: [],
    wentBack: [],
    vanished: [],
    returned: [],
    replaced: [],
    doubtful: [],
  };
}

function addKnown(
  row: FeedModel,
  before: FeedModel | undefined,
  model: CatalogModel,
  given: FeedCase,
  into: Gathered,
): void {
  const presence = judgePresence(model, given);
  const expiration = judgeExpiration(row, model, given);
  into.events.push(...presence.events, ...expiration.events);
  if (given.sightings.has(sightingKey(model.id, 'presence')))
    into.sightings.set(sightingKey(model.id, 'presence'), null);
  if (presence.rule === 'returned') into.returned.push(model.id);
  if (!before && given.previous) {
    const { verdict, rule } =
      presence.verdict === 'same' ? { verdict: 'ignored' as const, rule: 'known_already' } : presence;
    into.rows.push(lifeRow(row.id, 'added', verdict === 'same' ? 'ignored' : verdict, rule));
  }
  addDecided(row, before, model, given, new Map([['expiration', expiration]]), into);
}

function addDecided(
  row: FeedModel,
  before: FeedModel | undefined,
  model: CatalogModel,
  given: FeedCase,
  extra: ReadonlyMap<string, Judgement>,
  into: Gathered,
): void {
  const decided = decideModel(row, model, given);
  const judgements = new Map([...decided.judgements, ...extra]);
  const rows = before ? rowsOf(before, row, judgements) : [];
  into.rows.push(...rows, ...carriedRows(row.id, rows, judgements));
  into.events.push(...decided.events);
  for (const [key, sighting] of decided.sightings) into.sightings.set(key, sighting);
  for (const hold of decided.newHolds) into.held.push({ modelId: model.id, ...hold });
  const price = judgements.get('prices');
  // The author is asked of what a person has rejected, too: its word is worth another look.
  if (price?.verdict === 'held' || price?.rule === 'rejected_by_person') into.doubtful.push(model.id);
  const canonical = judgements.get('canonical');
  if (canonical?.rule === 'canonical_moved') into.replaced.push(`${model.id}: ${canonical.reason}`);
  const { history, reading, alerts } = given;
  const since = Date.parse(reading.at) - alerts.flapping_within_hours * HOUR_MS;
  const isBack =
    judgements.get('prices')?.verdict === 'accepted' &&
    row.prices !== undefined &&
    goesBack(history.prices.get(model.id) ?? [], pricesFingerprint(row.prices), since);
  if (isBack || decided.wentBack.includes('prices')) into.wentBack.push(model.id);
}

function addUnknown(row: FeedModel, before: FeedModel | undefined, given: FeedCase, into: Gathered): void {
  const { settings } = given;
  if (settings.new_models === 'ignore') return addIgnored(row, before, given, 'not_in_catalog', into);
  const judgement = row.prices && judgeNew(row, given);
  const model = newModel(row, given, judgement?.verdict === 'accepted');
  into.registrations.push(...register(row, model, given));
  if (judgement?.verdict === 'held') {
    // Registered without its price, which waits like any other doubtful one.
    const decided = decideModel(row, model, given);
    into.registrations.push(...decided.events);
    for (const [key, sighting] of decided.sightings) into.sightings.set(key, sighting);
    for (const hold of decided.newHolds) into.held.push({ modelId: model.id, ...hold });
  }
  // A model that was listed before and is registered only now shows its changes as part of that.
  if (before) {
    into.rows.push(
      ...changedFields(before, row).map((change) => ({
        id: row.id,
        ...change,
        verdict: 'accepted' as const,
        rule: 'new_model',
        inFeed: true,
      })),
    );
  } else {
    const rule = judgement?.verdict === 'held' ? 'new_model_without_price' : 'new_model';
    into.rows.push({ ...lifeRow(row.id, 'added', 'accepted', rule), inFeed: given.previous !== undefined });
  }
}

function judgeNew(row: FeedModel, { settings, opinionsOf }: FeedCase): Judgement {
  return judgePrices({
    current: undefined,
    proposed: row.prices ?? {},
    free: row.free,
    opinions: opinionsOf(modelId('openrouter', row.id)),
    steady: { readings: 1, hours: 0 },
    returns: 0,
    rejected: 'none',
    settings,
  });
}

function newModel(row: FeedModel, { reading, settings }: FeedCase, withPrice: boolean): CatalogModel {
  const details: ModelDetails = {
    ...row.details,
    abilities: { ...row.details.abilities, streaming: true },
    enabled: settings.new_models === 'enabled',
    tags: [],
    qualityWeight: 1,
    syncSource: OPENROUTER,
  };
  return {
    id: modelId('openrouter', row.id),
    provider: 'openrouter',
    modelName: row.id,
    details,
    prices: withPrice ? row.prices : undefined,
    ratings: [],
    deprecation: undefined,
    priceSource: reading.source,
    detailsSource: reading.source,
    updatedAt: reading.at,
  };
}

function register(row: FeedModel, model: CatalogModel, given: FeedCase): DomainEvent[] {
  const { id, provider, modelName, details, prices = null, priceSource: source, updatedAt: at } = model;
  const data = { modelId: id, source, at, by: given.by, provider, modelName, details, prices };
  return [{ type: 'ModelRegistered', data }, ...judgeExpiration(row, model, given).events];
}

function addIgnored(
  row: FeedModel,
  before: FeedModel | undefined,
  { previous }: FeedCase,
  rule: string,
  into: Gathered,
): void {
  if (before) {
    const rows = changedFields(before, row);
    into.rows.push(
      ...rows.map((change) => ({ id: row.id, ...change, verdict: 'ignored' as const, rule, inFeed: true })),
    );
  } else if (previous) into.rows.push(lifeRow(row.id, 'added', 'ignored', rule));
}

function addRemoved(given: FeedCase, into: Gathered): void {
  const { reading, previous, catalog } = given;
  const unreadable = new Set(reading.malformed.map(({ id }) => id));
  const isGone = (id: string) => !reading.models.has(id) && !unreadable.has(id);
  for (const model of catalog.models.values()) {
    const id = model.modelName;
    if (model.provider !== 'openrouter' || model.details.syncSource === 'none' || !isGone(id)) continue;
    const absence = judgeAbsence(model, given);
    into.sightings.set(sightingKey(model.id, 'presence'), absence.sighting);
    into.events.push(...absence.events);
    if (absence.rule === 'vanished') into.vanished.push(model.id);
    const inFeed = previous?.models.has(id) ?? false;
    const verdict = absence.verdict === 'same' ? 'ignored' : absence.verdict;
    if (inFeed || absence.rule === 'vanished')
      into.rows.push({ ...lifeRow(id, 'removed', verdict, absence.rule), inFeed });
  }
  for (const id of previous?.models.keys() ?? []) {
    const known = catalog.models.get(modelId('openrouter', id));
    if (!reading.models.has(id) && unreadable.has(id))
      into.rows.push(lifeRow(id, 'removed', 'ignored', 'unreadable_row'));
    else if (isGone(id) && (!known || known.details.syncSource === 'none')) {
      into.rows.push(
        lifeRow(
          id,
          'removed',
          'ignored',
          known ? 'not_followed' : (previous?.models.get(id)?.kind ?? 'not_in_catalog'),
        ),
      );
    }
  }
}

function lifeRow(id: string, field: 'added' | 'removed', verdict: Row['verdict'], rule: string): Row {
  return { id, field, old: null, new: null, verdict, rule, inFeed: true };
}

function finish(given: FeedCase, into: Gathered): FeedPlan {
  const isUsed = (id: string) => given.catalog.models.get(id)?.details.enabled === true;
  return {
    // Registrations last: should an append be too large for one, what is cut off is new models alone.
    events: [...into.events, ...into.registrations],
    rows: into.rows,
    sightings: into.sightings,
    alerts: alertsOf(given, into),
    heldModels: [...into.doubtful.filter(isUsed), ...into.doubtful.filter((id) => !isUsed(id))],
  };
}

/** Of models that somebody uses: what is listed and was never enabled is followed without a word. */
function alertsOf({ reading, alerts, catalog }: FeedCase, into: Gathered): AlertDraft[] {
  const { source } = reading;
  const isUsed = (id: string) => catalog.models.get(id)?.details.enabled === true;
  const drafts: AlertDraft[] = [];
  const list = (kind: string, what: string, ids: readonly string[], key: string): void => {
    if (ids.length === 0) return;
    const shown = ids.slice(0, 5).join('; ');
    const message = `${source}: ${ids.length} ${what}: ${shown}${ids.length > 5 ? '; …' : ''}`;
    drafts.push({ kind, subject: source, message, quietHours: 24, key });
  };
  const used = into.held.filter((hold) => isUsed(hold.modelId));
  const held = used.map((hold) => `${hold.modelId} (${hold.reason})`);
  const [vanished, returned] = [into.vanished.filter(isUsed), into.returned.filter(isUsed)];
  list('changes_held', 'changes are held back', held, fingerprintOf(used.map(({ id }) => id)));
  list('models_vanished', 'models are suspended, they are not listed any more', vanished, fingerprintOf(vanished));
  const replaced = into.replaced.filter((told) => isUsed(told.split(': ')[0] ?? ''));
  // By the models alone: one that goes to another snapshot and back within a day is told once.
  const ids = replaced.map((told) => told.split(': ')[0]);
  list('models_replaced', 'ids serve another snapshot', replaced, fingerprintOf(ids));
  list('models_returned', 'models are back', returned, fingerprintOf(returned));
  list(
    'rows_unreadable',
    'rows could not be read',
    reading.malformed.map(({ id, problem }) => `${id}: ${problem}`),
    '',
  );
  for (const model of into.wentBack.filter(isUsed)) {
    drafts.push({
      kind: 'price_flapping',
      subject: model,
      message: `${source}: the price of ${model} went to another value and back`,
      quietHours: alerts.flapping_within_hours,
      key: '',
    });
  }
  return drafts;
}
