// What the catalog's own events say of earlier readings: open holds, what a person rejected, and the last prices of each model. Pure.
import type { ModelDetails } from '../../src/domain/catalog.ts';
import type { Revised } from '../../src/domain/foldCatalog.ts';
import type { Prices } from '../../src/domain/prices.ts';
import { type Hold, foldHolds } from '../../src/domain/holds.ts';
import { pricesFingerprint } from '../../src/domain/comparePrices.ts';

export type PriceState = { readonly at: number; readonly fingerprint: string };

export type History = {
  readonly holds: readonly Hold[];
  /** The last thing that a person refused for a model and unit: `<model>.<unit>` → the hold. */
  readonly rejected: ReadonlyMap<string, Hold>;
  readonly prices: ReadonlyMap<string, readonly PriceState[]>;
  /** Ms epoch of the first event; undefined for an empty catalog. */
  readonly beganAt: number | undefined;
};

const KEPT = 8;

export function foldHistory(events: readonly Revised[]): History {
  const prices = new Map<string, PriceState[]>();
  let beganAt: number | undefined;
  const note = (modelId: string, at: string, list: Prices | null): void => {
    const states = prices.get(modelId) ?? [];
    const fingerprint = pricesFingerprint(list ?? undefined);
    // The same prices written otherwise are no move.
    if (states.at(-1)?.fingerprint === fingerprint) return;
    states.push({ at: Date.parse(at), fingerprint });
    prices.set(modelId, states.slice(-KEPT));
  };
  for (const event of events) {
    if (event.type !== 'ModelRegistered' && event.type !== 'ModelPriceChanged') continue;
    beganAt ??= Date.parse(event.data.at);
    note(event.data.modelId, event.data.at, event.data.prices);
  }
  const { open, rejected } = foldHolds(events);
  return { holds: open, rejected, prices, beganAt };
}

/** Times within the span at which the price went back to what it had been before the last change. */
export function countReturns(states: readonly PriceState[], since: number): number {
  return states.filter((state, place) => state.at >= since && states[place - 2]?.fingerprint === state.fingerprint)
    .length;
}

/** Whether this price is the one before the present one, left within the span. */
export function goesBack(states: readonly PriceState[], fingerprint: string, since: number): boolean {
  const [before, now] = [states.at(-2), states.at(-1)];
  return before !== undefined && now !== undefined && before.fingerprint === fingerprint && now.at >= since;
}

export type Unit = 'prices' | 'contextTokens' | 'maxOutputTokens';

/** The unit that a hold is about. */
export function unitOf(proposed: Hold['proposed']): Unit {
  if (proposed.prices) return 'prices';
  const [key] = Object.keys(proposed.details ?? {}) as (keyof ModelDetails)[];
  return key === 'maxOutputTokens' ? 'maxOutputTokens' : 'contextTokens';
}
