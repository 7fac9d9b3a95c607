// Times as counts by bucket, which add up exactly: a percentile over many hours comes from the sum of their counts, not from their
// percentiles. A bucket is 5 % wide, so a percentile is within 2.5 % of the true one. Pure; multiplication only, so that every engine
// has the same bounds.

/** Bucket number → count, sparse. */
export type Histogram = { readonly [bucket: string]: number };

/** The router's own share of a request is less than a millisecond: it is counted in units of a hundredth. */
export const OVERHEAD_UNITS = 100;

const WIDTH = 1.05;
const LONGEST_MS = 3_600_000;

/** Upper bounds in ms: bucket 0 is up to 1 ms, the last one has what is longer than an hour. */
export const BOUNDS: readonly number[] = makeBounds();

function makeBounds(): number[] {
  const bounds = [1];
  for (let bound = WIDTH; bound < LONGEST_MS; bound *= WIDTH) bounds.push(bound);
  return bounds;
}

export function addTime(histogram: Histogram, ms: number): Histogram {
  const bucket = bucketOf(ms);
  return { ...histogram, [bucket]: (histogram[bucket] ?? 0) + 1 };
}

export function mergeHistograms(histograms: Iterable<Histogram>): Histogram {
  const merged: Record<string, number> = {};
  for (const histogram of histograms)
    for (const [bucket, count] of Object.entries(histogram)) merged[bucket] = (merged[bucket] ?? 0) + count;
  return merged;
}

/** The time below which that share (0..1) lies, as the middle of its bucket in ms; null when nothing was counted. */
export function percentileOf(histogram: Histogram, share: number): number | null {
  const buckets = Object.entries(histogram)
    .map(([bucket, count]) => ({ bucket: Number(bucket), count }))
    .sort((a, b) => a.bucket - b.bucket);
  const total = buckets.reduce((sum, { count }) => sum + count, 0);
  let left = Math.ceil(share * total);
  for (const { bucket, count } of buckets) {
    left -= count;
    if (left <= 0) return middleOf(bucket);
  }
  return null;
}

function bucketOf(ms: number): number {
  let low = 0;
  let high = BOUNDS.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ms <= (BOUNDS[middle] ?? Infinity)) high = middle;
    else low = middle + 1;
  }
  return low;
}

function middleOf(bucket: number): number {
  const upper = BOUNDS[bucket] ?? LONGEST_MS;
  const lower = bucket === 0 ? 0 : (BOUNDS[bucket - 1] ?? LONGEST_MS);
  return Math.round(((lower + upper) / 2) * 10) / 10;
}
