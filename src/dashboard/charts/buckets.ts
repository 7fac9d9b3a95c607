// Buckets of time as words, and with those in which nothing happened. The API's days are days in UTC. Pure.
import { formatDay, formatHour } from '../format/times.ts';
import type { Bucket } from './series.ts';

const MS = { hour: 3_600_000, day: 86_400_000 };

/** A day says that it is not the viewer's; an hour is in the viewer's zone. */
export function formatBucket(at: string, bucket: 'hour' | 'day'): string {
  return bucket === 'day' ? `${formatDay(at, 'UTC')} (UTC)` : `${formatDay(at)}, ${formatHour(at)}`;
}

export function formatTick(at: string, bucket: 'hour' | 'day'): string {
  return bucket === 'day' ? formatDay(at, 'UTC') : formatHour(at);
}

export function endOfBucket(at: string, bucket: 'hour' | 'day'): string {
  return new Date(Date.parse(at) + MS[bucket]).toISOString();
}

/** Every bucket from the one of `from` up to `to`: a gap in time is a gap in the chart. */
export function fillBuckets(
  buckets: readonly Bucket[],
  bucket: 'hour' | 'day',
  { from, to }: { readonly from: string; readonly to: string },
): Bucket[] {
  const known = new Map(buckets.map((one) => [Date.parse(one.at), one]));
  const all: Bucket[] = [];
  for (let at = Math.floor(Date.parse(from) / MS[bucket]) * MS[bucket]; at < Date.parse(to); at += MS[bucket])
    all.push(known.get(at) ?? { at: new Date(at).toISOString(), values: {} });
  return all;
}
