// A limit of tokens as a feed gives it. A limit that shrinks cuts off requests, so it needs a second reading or source. Pure.
import type { PricingSettings } from '../../src/config/syncSchema.ts';
import { CONFIRMED_AFTER_REJECTION, type Judgement, type Rejection, type Steady } from './judgePrices.ts';

export type LimitCase = {
  readonly current: number | undefined;
  readonly proposed: number | undefined;
  /** What other sources say. */
  readonly others: readonly number[];
  readonly steady: Steady;
  readonly rejected: Rejection;
  readonly settings: PricingSettings;
};

export function judgeLimit({ current, proposed, others, steady, rejected, settings }: LimitCase): Judgement {
  if (proposed === current) return { verdict: 'same', rule: 'same', reason: '' };
  // Not known any more is not zero: the last known limit stays.
  if (proposed === undefined) return { verdict: 'ignored', rule: 'unknown_keeps_last', reason: '' };
  if (current === undefined) return { verdict: 'accepted', rule: 'first_value', reason: '' };
  if (rejected === 'once' && others.includes(proposed)) {
    const reason = `${current} → ${proposed} tokens; a person has rejected it, and another source says the same by now`;
    return { verdict: 'held', rule: CONFIRMED_AFTER_REJECTION, reason };
  }
  if (rejected !== 'none') return { verdict: 'ignored', rule: 'rejected_by_person', reason: '' };
  if (proposed > current) return { verdict: 'accepted', rule: 'limit_grew', reason: '' };
  if (others.includes(proposed)) return { verdict: 'accepted', rule: 'confirmed', reason: '' };
  const { readings, hours } = settings.release_after;
  if (steady.readings >= readings && steady.hours >= hours) {
    return {
      verdict: 'accepted',
      rule: 'steady',
      reason: `${steady.readings} equal readings over ${Math.floor(steady.hours)} h`,
    };
  }
  return { verdict: 'held', rule: 'limit_shrank', reason: `${current} → ${proposed} tokens; no other source says so` };
}
