// One row of a feed against what the catalog has of that model: prices whole, each limit by itself, abilities together. Pure.
import { saysTheSame } from '../../src/domain/canonicalJson.ts';
import type { CatalogModel, ModelDetails } from '../../src/domain/catalog.ts';
import type { ModelWish } from '../../src/domain/catalogChanges.ts';
import type { DomainEvent } from '../../src/domain/events.ts';
import type { Hold } from '../../src/domain/holds.ts';
import { type Prices, hasServiceTiersOnly, withServiceTiers } from '../../src/domain/prices.ts';
import { uuidv5 } from '../../src/domain/uuidv5.ts';
import type { FeedModel } from '../sources/feedReading.ts';
import { fingerprintOf, pricesFingerprint, statedPrices } from '../../src/domain/comparePrices.ts';
import { type FeedCase, HOUR_MS } from './feedPlan.ts';
import { type Unit, countReturns, unitOf } from './history.ts';
import { judgeLimit } from './judgeLimit.ts';
import { CONFIRMED_AFTER_REJECTION, type Judgement, type Rejection, judgePrices } from './judgePrices.ts';
import { type Sighting, countSighting, sightingKey, steadyOf } from './sightings.ts';

export type Decided = {
  readonly judgements: ReadonlyMap<string, Judgement>;
  readonly events: readonly DomainEvent[];
  readonly sightings: ReadonlyMap<string, Sighting | null>;
  readonly newHolds: readonly { readonly id: string; readonly reason: string }[];
  /** Earlier proposals that the feed has taken back itself. */
  readonly wentBack: readonly Unit[];
};

// Made once at random: holds of one run have the same ids when the run is planned again.
const HOLDS = 'c2b8a4f0-4a38-4c53-9d8c-3a3ff0d4bd10';
const LIMITS = ['contextTokens', 'maxOutputTokens'] as const;
type Limit = (typeof LIMITS)[number];

export function decideModel(row: FeedModel, model: CatalogModel, given: FeedCase): Decided {
  const desk = new Desk(row, model, given);
  const patch: Partial<ModelDetails> = { ...desk.judgeAbilities(), ...desk.judgeCanonical() };
  if (row.prices) desk.settlePrices(row.prices);
  for (const limit of LIMITS) {
    if (desk.settleLimit(limit, row.details[limit]).verdict === 'accepted') patch[limit] = row.details[limit];
  }
  return desk.result(patch);
}

/** What is gathered while the units of one model are judged. */
class Desk {
  readonly #row: FeedModel;
  readonly #model: CatalogModel;
  readonly #given: FeedCase;
  readonly #at: number;
  readonly #override: ModelWish | undefined;
  readonly #common: { modelId: string; source: string; at: string; by: string };
  readonly #judgements = new Map<string, Judgement>();
  readonly #sightings = new Map<string, Sighting | null>();
  readonly #newHolds: { id: string; reason: string }[] = [];
  readonly #wentBack: Unit[] = [];
  readonly #changes: DomainEvent[] = [];
  /** Releases and holds follow the changes. */
  readonly #notes: DomainEvent[] = [];

  constructor(row: FeedModel, model: CatalogModel, given: FeedCase) {
    const { reading, by } = given;
    this.#row = row;
    this.#model = model;
    this.#given = given;
    this.#at = Date.parse(reading.at);
    this.#override = given.overrides.get(model.id);
    this.#common = { modelId: model.id, source: reading.source, at: reading.at, by };
  }

  settlePrices(fed: Prices): void {
    const { history, opinionsOf, settings, alerts } = this.#given;
    const { id } = this.#model;
    const known = this.#row.arePricesPartial ? this.#model.prices : undefined;
    const told = withServiceTiers(statedPrices({ ...known, ...fed }), this.#model.prices);
    const prices = withoutOverridden(told, this.#override?.prices, this.#model.prices);
    const fingerprint = pricesFingerprint(prices);
    const judged = judgePrices({
      current: this.#model.prices,
      proposed: prices,
      free: this.#row.free,
      opinions: opinionsOf(id),
      steady: steadyOf(this.#count('prices', fingerprint)),
      returns: countReturns(history.prices.get(id) ?? [], this.#at - alerts.flapping_within_hours * HOUR_MS),
      rejected: this.#rejectionOf('prices', fingerprint),
      settings,
    });
    const isOverridden = judged.verdict === 'same' && this.#override?.prices !== undefined;
    this.#settle('prices', isOverridden ? { ...judged, rule: 'overridden' } : judged, { prices }, fingerprint);
  }

  settleLimit(limit: Limit, proposed: number | undefined): Judgement {
    const fingerprint = fingerprintOf(proposed ?? null);
    const opinions = limit === 'contextTokens' ? this.#given.opinionsOf(this.#model.id) : [];
    const judgement: Judgement =
      this.#override?.details[limit] === undefined
        ? judgeLimit({
            current: this.#model.details[limit],
            proposed,
            others: opinions.flatMap(({ contextTokens }) => contextTokens ?? []),
            steady: steadyOf(this.#count(limit, fingerprint)),
            rejected: this.#rejectionOf(limit, proposed),
            settings: this.#given.settings,
          })
        : { verdict: 'ignored', rule: 'overridden', reason: '' };
    this.#settle(limit, judgement, { details: { [limit]: proposed } }, fingerprint);
    return judgement;
  }

  /** What the feed knows of abilities and efforts over what was known, but for what a person has set. */
  judgeAbilities(): Partial<ModelDetails> {
    const { abilities, efforts } = this.#row.details;
    const known = this.#model.details;
    const fixed = this.#override?.details;
    const merged = { ...known.abilities, ...abilities, ...fixed?.abilities };
    const patch: Partial<ModelDetails> = {
      ...(saysTheSame(merged, known.abilities) ? {} : { abilities: merged }),
      ...(efforts === undefined || fixed?.efforts || saysTheSame(efforts, known.efforts) ? {} : { efforts }),
    };
    const isNew = Object.keys(patch).length > 0;
    this.#judgements.set('abilities', {
      verdict: isNew ? 'accepted' : 'same',
      rule: isNew ? 'described' : 'same',
      reason: '',
    });
    return patch;
  }

  /** Another snapshot behind the same id: it is followed, and people hear of it. */
  judgeCanonical(): Partial<ModelDetails> {
    const { canonicalSlug } = this.#row.details;
    const known = this.#model.details.canonicalSlug;
    if (canonicalSlug === undefined || canonicalSlug === known) return {};
    const rule = known === undefined ? 'first_value' : 'canonical_moved';
    this.#judgements.set('canonical', {
      verdict: 'accepted',
      rule,
      reason: `${known ?? 'unknown'} → ${canonicalSlug}`,
    });
    return { canonicalSlug };
  }

  result(patch: Partial<ModelDetails>): Decided {
    const details = { ...this.#model.details, ...patch };
    if (Object.keys(patch).length > 0) {
      this.#changes.push({ type: 'ModelDetailsChanged', data: { ...this.#common, details } });
    }
    return {
      judgements: this.#judgements,
      events: [...this.#changes, ...this.#notes],
      sightings: this.#sightings,
      newHolds: this.#newHolds,
      wentBack: this.#wentBack,
    };
  }

  /** Writes down a judgement: the change, the hold, and what becomes of an earlier hold of the same unit. */
  #settle(unit: Unit, judgement: Judgement, proposed: Hold['proposed'], fingerprint: string): void {
    this.#judgements.set(unit, judgement);
    const { verdict } = judgement;
    const open = this.#given.history.holds.find(
      (hold) =>
        hold.modelId === this.#model.id && hold.source === this.#common.source && unitOf(hold.proposed) === unit,
    );
    const isTheSame = open !== undefined && saysTheSame(valueOf(open.proposed, unit), valueOf(proposed, unit));
    const key = sightingKey(this.#model.id, unit);
    if (verdict === 'held') this.#sightings.set(key, this.#count(unit, fingerprint));
    else if (this.#given.sightings.has(key)) this.#sightings.set(key, null);
    if (verdict === 'held' && isTheSame) return;
    if (verdict === 'accepted' && proposed.prices) {
      this.#changes.push({ type: 'ModelPriceChanged', data: { ...this.#common, prices: proposed.prices } });
    }
    if (open) this.#close(open, unit, judgement, isTheSame);
    if (verdict === 'held') this.#hold(unit, judgement, proposed, fingerprint);
  }

  #hold(unit: Unit, { rule, reason }: Judgement, proposed: Hold['proposed'], fingerprint: string): void {
    const holdId = uuidv5(HOLDS, `${this.#model.id}.${unit}.${fingerprint}.${this.#common.at}`);
    this.#notes.push({ type: 'ModelChangeHeld', data: { ...this.#common, holdId, rule, reason, proposed } });
    this.#newHolds.push({ id: holdId, reason });
  }

  #close(open: Hold, unit: Unit, { verdict, rule, reason }: Judgement, isTheSame: boolean): void {
    const release = (settled: 'applied' | 'rejected', why: string) =>
      this.#notes.push({
        type: 'ModelChangeReleased',
        data: { ...this.#common, holdId: open.id, verdict: settled, reason: why },
      });
    if (verdict === 'accepted' && isTheSame) release('applied', reason || rule);
    else if (verdict === 'same') {
      this.#wentBack.push(unit);
      release('rejected', 'the feed went back to what is known');
    } else if (rule === 'rejected_by_person') release('rejected', 'no other source says so any more');
    else release('rejected', 'the feed says something else by now');
  }

  #count(unit: Unit, fingerprint: string): Sighting {
    return countSighting(this.#given.sightings, { modelId: this.#model.id, unit, fingerprint, at: this.#at });
  }

  #rejectionOf(unit: Unit, value: unknown): Rejection {
    const rejected = this.#given.history.rejected.get(`${this.#model.id}.${unit}`);
    if (rejected === undefined || !saysTheSame(valueOf(rejected.proposed, unit), value)) return 'none';
    return rejected.rule === CONFIRMED_AFTER_REJECTION ? 'final' : 'once';
  }
}

/** The lines that a person has set stay as the catalog has them: `npm run sync-models` brings them, as source `manual`. */
function withoutOverridden(fed: Prices, override: Prices | undefined, known: Prices | undefined): Prices {
  const fixed = (Object.keys(override ?? {}) as (keyof Prices)[]).filter(
    (line) => line !== 'overrides' || !hasServiceTiersOnly(override),
  );
  const kept = Object.entries({ ...fed, ...Object.fromEntries(fixed.map((line) => [line, known?.[line]])) });
  return Object.fromEntries(kept.filter(([, value]) => value !== undefined));
}

/** What a proposal says of a unit, in a form that is equal for equal values. */
function valueOf(proposed: Hold['proposed'], unit: Unit): unknown {
  if (unit === 'prices') return proposed.prices ? pricesFingerprint(proposed.prices) : undefined;
  return proposed.details?.[unit];
}
