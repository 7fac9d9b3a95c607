// One model's price list as a feed gives it: taken, held back, or left alone, and by which rule. Pure; the list is judged whole.
import type { PricingSettings } from '../../src/config/syncSchema.ts';
import { PRICE_LINES, type Prices } from '../../src/domain/prices.ts';
import {
  hasWindows,
  isZero,
  perMillion,
  sameDecimal,
  samePrices,
  sameSchedule,
} from '../../src/domain/comparePrices.ts';
import { type LineChange, type Opinion, askOthers, changedLines } from '../../src/domain/priceChanges.ts';

export type Judgement = {
  readonly verdict: 'same' | 'accepted' | 'held' | 'ignored';
  readonly rule: string;
  /** A sentence for people; empty where the rule says all. */
  readonly reason: string;
};

/** How often and since when the feed has said this very same thing, this time included. */
export type Steady = { readonly readings: number; readonly hours: number };

/** `once`: a person said no before anybody else said so; `final`: after that, too. */
export type Rejection = 'none' | 'once' | 'final';

export type PriceCase = {
  readonly current: Prices | undefined;
  readonly proposed: Prices;
  /** The feed says that the model is free. */
  readonly free: boolean;
  readonly opinions: readonly Opinion[];
  readonly steady: Steady;
  /** Times that the price went back and forth lately. */
  readonly returns: number;
  readonly rejected: Rejection;
  readonly settings: PricingSettings;
};

const SAME: Judgement = { verdict: 'same', rule: 'same', reason: '' };
const accept = (rule: string, reason = ''): Judgement => ({ verdict: 'accepted', rule, reason });
const hold = (rule: string, reason: string): Judgement => ({ verdict: 'held', rule, reason });
const ignore = (rule: string, reason = ''): Judgement => ({ verdict: 'ignored', rule, reason });

export function judgePrices(given: PriceCase): Judgement {
  const { current, proposed, free } = given;
  if (proposed.input === undefined || proposed.output === undefined) return ignore('incomplete_prices');
  if (!current) {
    if (free || !isZero(proposed.input) || !isZero(proposed.output)) return accept('first_price');
    return doubt(given, changedLines(NOTHING_KNOWN, proposed), 'zero_crossing');
  }
  if (samePrices(current, proposed)) return billsNothing(current, proposed) ? accept('zero_is_absent') : SAME;
  const changes = changedLines(current, proposed);
  if (
    hasWindows(proposed) &&
    sameSchedule(current, proposed) &&
    changes.every((change) => isHeadline(change, proposed))
  ) {
    return ignore('window_headline');
  }
  const large = changes.filter(
    ({ factor, crossesZero }) => crossesZero || (factor !== undefined && factor > given.settings.hold_above_factor),
  );
  if (given.rejected !== 'none') return judgeRejected(given, large.length > 0 ? large : changes);
  if (large.length > 0) {
    return doubt(given, large, large.some(({ crossesZero }) => crossesZero) ? 'zero_crossing' : 'large_unconfirmed');
  }
  return given.returns > 0 ? doubt(given, changes, 'flapping') : accept('small');
}

/**
 * The plain price of a model with windows is whichever holds at this hour: what it says is known by the schedule. Where windows leave
 * hours over, the plain price holds then, and only one that is a window's is none of its own.
 */
function isHeadline({ line, isConditional, new: fresh }: LineChange, { overrides = [] }: Prices): boolean {
  const ofWindows = overrides.filter(({ utcStart }) => utcStart !== undefined).map((window) => window[line]);
  return !isConditional && ofWindows.some((price) => sameDecimal(price, fresh));
}

/** A person's no stands against the feed, however often it repeats itself; when somebody else says so too, a person is asked again. */
function judgeRejected({ rejected, opinions, settings }: PriceCase, lines: readonly LineChange[]): Judgement {
  const others = askOthers(lines, opinions, settings.agree_within_percent);
  if (rejected === 'final' || others.kind !== 'agrees') return ignore('rejected_by_person');
  return hold(CONFIRMED_AFTER_REJECTION, `a person has rejected it, and ${others.source} says the same by now`);
}

/** The rule of a hold that a person has refused before, and another source has said too since then. */
export const CONFIRMED_AFTER_REJECTION = 'confirmed_after_rejection';

const NOTHING_KNOWN: Prices = {};

/** An optional line that stands as "0" in the catalog would be billed as nothing, which nobody has said of it. */
function billsNothing(current: Prices, proposed: Prices): boolean {
  if (isZero(proposed.input) && isZero(proposed.output)) return false;
  return PRICE_LINES.some((line) => isZero(current[line]) && proposed[line] === undefined);
}

/** Believed when another source says so, or when it has been said often and long enough. */
function doubt(
  { current, proposed, opinions, steady, settings }: PriceCase,
  lines: readonly LineChange[],
  rule: string,
): Judgement {
  const others = askOthers(lines, opinions, settings.agree_within_percent);
  if (others.kind === 'agrees') return accept('confirmed', `${others.source} says the same`);
  const { readings, hours } = settings.release_after;
  const wanted = others.kind === 'differs' ? settings.release_contradicted_after_hours : hours;
  if (steady.readings >= readings && steady.hours >= wanted) {
    return accept('steady', `${steady.readings} equal readings over ${Math.floor(steady.hours)} h`);
  }
  const told = lines
    .slice(0, 4)
    .map(({ name, old, new: fresh }) => `${name} ${perMillion(old)} → ${perMillion(fresh)}`);
  const what =
    told.length > 0 ? told.join(', ') : `input ${perMillion(current?.input)} → ${perMillion(proposed.input)}`;
  const why = others.kind === 'differs' ? `${others.source} says otherwise` : 'no other source knows it';
  return hold(rule, `${what} USD per million tokens; ${why}`);
}
