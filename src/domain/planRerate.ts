// A wish to tell costs of the past at another catalog version's prices, as events: one a day, so that none asks for more than a
// day's requests at once. Pure.
import { RouterError } from './errors.ts';
import type { EventOf } from './events.ts';

const DAY_MS = 86_400_000;
const MOST_DAYS = 400;

export type RerateWish = {
  /** ms epoch, inclusive and exclusive. */
  readonly from: number;
  readonly to: number;
  readonly catalogVersion: number;
  readonly by: string;
};

/** @throws RouterError `validation_error` for an empty period, one that has not passed, or one of more than 400 days */
export function planRerate({ from, to, catalogVersion, by }: RerateWish, now: number): EventOf<'RerateRequested'>[] {
  if (from >= to) throw refuse('from', 'from must be before to.');
  if (to > now)
    throw refuse('to', 'to must not be in the future: requests that have not ended cannot be corrected yet.');
  if (to - from > MOST_DAYS * DAY_MS) throw refuse('from', `from and to are at most ${MOST_DAYS} days apart.`);
  const events: EventOf<'RerateRequested'>[] = [];
  for (let start = from; start < to;) {
    const end = Math.min(to, (Math.floor(start / DAY_MS) + 1) * DAY_MS);
    const [at, since, until] = [now, start, end].map((ms) => new Date(ms).toISOString()) as [string, string, string];
    events.push({ type: 'RerateRequested', data: { at, by, from: since, to: until, catalogVersion } });
    start = end;
  }
  return events;
}

function refuse(param: string, message: string): RouterError {
  return new RouterError('validation_error', message, { param, shouldRetry: false });
}
