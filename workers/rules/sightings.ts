// How often in a row a feed has said the same thing of a model: what "equal readings" and "misses" are counted by. Pure.
import type { Steady } from './judgePrices.ts';

export type Sighting = {
  readonly modelId: string;
  /** `prices`, a limit, or `presence` for a model that is not listed. */
  readonly unit: string;
  readonly fingerprint: string;
  /** Ms epoch. */
  readonly firstAt: number;
  readonly lastAt: number;
  readonly readings: number;
};
export type Sightings = ReadonlyMap<string, Sighting>;
/** Null = nothing to count any more. */
export type SightingChanges = Map<string, Sighting | null>;

const HOUR_MS = 3_600_000;
/** Readings closer together are one: a list served from a cache, or a run that was repeated, proves nothing new. */
const LEAST_APART_MS = HOUR_MS;

export function sightingKey(modelId: string, unit: string): string {
  return `${modelId}.${unit}`;
}

/** The sighting with this reading in it. */
export function countSighting(
  before: Sightings,
  seen: { readonly modelId: string; readonly unit: string; readonly fingerprint: string; readonly at: number },
): Sighting {
  const { modelId, unit, fingerprint, at } = seen;
  const last = before.get(sightingKey(modelId, unit));
  if (!last || last.fingerprint !== fingerprint) {
    return { modelId, unit, fingerprint, firstAt: at, lastAt: at, readings: 1 };
  }
  return at - last.lastAt >= LEAST_APART_MS ? { ...last, lastAt: at, readings: last.readings + 1 } : last;
}

export function steadyOf({ firstAt, lastAt, readings }: Sighting): Steady {
  return { readings, hours: (lastAt - firstAt) / HOUR_MS };
}
