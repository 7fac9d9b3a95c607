// Times as callers write them, and the range between two of them. Pure.
import { z } from 'zod';
import { RouterError } from '../domain/errors.ts';

/** An ISO date or time, as ms since the epoch. */
export const Instant = z
  .union(
    [z.iso.date(), z.iso.datetime({ offset: true })],
    'an ISO date (2026-11-25) or time in UTC (2026-11-25T14:00:00Z)',
  )
  .transform((text) => Date.parse(text));

/** For a route's query schema. */
export const RangeQuery = { from: Instant.optional(), to: Instant.optional() };

export const DAY_MS = 86_400_000;

/**
 * From inclusive, to exclusive; without them the span that ends now.
 * @throws RouterError `validation_error` when it is empty, or longer than `mostMs`
 */
export function toRange(
  query: { readonly from?: number | undefined; readonly to?: number | undefined },
  { now, spanMs, mostMs = Number.POSITIVE_INFINITY }: { now: number; spanMs: number; mostMs?: number },
): { readonly from: Date; readonly to: Date } {
  const to = query.to ?? now + 1;
  const from = query.from ?? to - spanMs;
  if (from >= to) throw refuse('from must be before to.');
  if (to - from > mostMs) throw refuse(`from and to are at most ${Math.floor(mostMs / DAY_MS)} days apart.`);
  return { from: new Date(from), to: new Date(to) };
}

function refuse(problem: string): RouterError {
  return new RouterError('validation_error', problem, { param: 'from', shouldRetry: false });
}
