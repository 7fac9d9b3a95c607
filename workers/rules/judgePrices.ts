// One model's price list as a feed gives it: taken, held back, or left alone, and by which rule. Pure; the list is judged whole.
import type { PricingSettings } from '../../src/config/syncSchema.ts';
import type { Prices } from '../../src/domain/prices.ts';
import {
  type LineChange,
  type Opinion,
  askOthers,
  changedLines,
  hasWindows,
  perMillion,
  samePrices,
  sameSchedule,
} from '../../src/domain/comparePrices.ts';

export type Judgement = {
  readonly verdict: 'same' | 'accepted' | 'held' | 'ignored';
  readonly rule: string;
  /** A sentence for people; empty where the rule says all. */
  readonly reason: string;
};

/** How often and since when the feed has said this very same thing, this time included. */
export type Steady = { readonly readings: number; readonly hours: number };

export type PriceCase = {
  readonly current: Prices | undefined;
  readonly proposed: Prices;
  /** The feed says that the model is free. */
  readonly free: boolean;
  readonly opinions: readonly Opinion[];
  readonly steady: Steady;
  /** Times that the price went back and forth lately. */
  readonly returns: number;
  readonly rejected: boolean;
  readonly settings: PricingSettings;
};

const SAME: Judgement = { verdict: 'same', rule: 'same', reason: '' };
const accept = (rule: string, reason = ''): Judgement => ({ verdict: 'accepted', rule, reason });
const ignore = (rule: string, reason = ''): Judgement => ({ verdict: 'ignored', rule, reason });

export function judgePrices(given: PriceCase): Judgement {
  const { current, proposed, free, rejected } = given;
  if (proposed.input === undefined || proposed.output === undefined) return ignore('incomplete_prices');
  if (!current) return isZero(proposed) && !free ? doubt(given, [], 'zero_crossing') : accept('first_price');
  if (samePrices(current, proposed)) return SAME;
  // The plain price of a model with windows is whichever holds at this hour: the schedule is what counts.
  if (hasWindows(proposed) && sameSchedule(current, proposed)) return ignore('window_headline');
  if (rejected) return ignore('rejected_by_person');
  const changes = changedLines(current, proposed);
  if (changes.some(({ line, crossesZero }) => crossesZero && /^(input|output)$/.test(line))) {
    return doubt(given, changes, 'zero_crossing');
  }
  const large = changes.filter(
    ({ factor, crossesZero }) => crossesZero || (factor !== undefined && factor > given.settings.hold_above_factor),
  );
  if (large.length > 0) return doubt(given, large, 'large_unconfirmed');
  return given.returns > 0 ? doubt(given, changes, 'flapping') : accept('small');
}

function isZero({ input, output }: Prices): boolean {
  return [input, output].every((text) => text !== undefined && /^0*(\.0*)?$/.test(text));
}

/** Believed when another source says so, or when it has been said often and long enough. */
function doubt(
  { current, proposed, opinions, steady, settings }: PriceCase,
  lines: readonly LineChange[],
  rule: string,
): Judgement {
  const others = askOthers(proposed, opinions, settings.agree_within_percent);
  if (others.kind === 'agrees') return accept('confirmed', `${others.source} says the same`);
  const { readings, hours } = settings.release_after;
  const wanted = others.kind === 'differs' ? settings.release_contradicted_after_hours : hours;
  if (steady.readings >= readings && steady.hours >= wanted) {
    return accept('steady', `${steady.readings} equal readings over ${Math.floor(steady.hours)} h`);
  }
  const told = lines
    .slice(0, 4)
    .map(({ line, old, new: fresh }) => `${line} ${perMillion(old)} → ${perMillion(fresh)}`);
  const what =
    told.length > 0 ? told.join(', ') : `input ${perMillion(current?.input)} → ${perMillion(proposed.input)}`;
  const why = others.kind === 'differs' ? `${others.source} says otherwise` : 'no other source knows it';
  return { verdict: 'held', rule, reason: `${what} USD per million tokens; ${why}` };
}
