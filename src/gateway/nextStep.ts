// What to do after a failed attempt: failure kind × what is left → retry here, fall back, or give up. Pure; docs/errors.md
// holds the same table.
import type { FailureKind } from '../domain/events.ts';
import type { Policy } from '../domain/policy.ts';

export type Situation = {
  readonly kind: FailureKind;
  readonly retryAfterMs: number | undefined;
  /** Other keys of ours for that provider that may still work. */
  readonly otherKeys: number;
  /** Retries of this model so far. */
  readonly retries: number;
  /** Milliseconds until the request's deadline. */
  readonly leftMs: number;
  readonly modelsLeft: boolean;
  /** 0 ≤ chance < 1, for the jitter. */
  readonly chance: number;
};
export type Step =
  | { readonly do: 'retry'; readonly afterMs: number; readonly otherKey?: true }
  | { readonly do: 'fall-back' }
  | { readonly do: 'give-up' };

/** `same`: the same model may do better in a moment. `other`: only another model can. `end`: nobody can. */
const HOPE: Readonly<Record<FailureKind, 'same' | 'other' | 'end'>> = {
  'rate-limited': 'same',
  overloaded: 'same',
  'server-error': 'same',
  unreachable: 'same',
  'stream-cut': 'same',
  'malformed-reply': 'other',
  'timed-out': 'other',
  refused: 'other',
  'bad-request': 'other',
  'context-too-long': 'other',
  unauthorized: 'other',
  'quota-exhausted': 'other',
  'not-found': 'other',
  cancelled: 'end',
};

/** What another key of the same provider may cure. */
const OF_THE_KEY: ReadonlySet<FailureKind> = new Set(['unauthorized', 'quota-exhausted', 'rate-limited']);

export function nextStep(
  situation: Situation,
  { retriesPerModel, backoffBaseMs, backoffMaxMs }: Policy['fallback'],
): Step {
  const { kind, retryAfterMs, otherKeys, retries, leftMs, modelsLeft, chance } = situation;
  const hope = HOPE[kind];
  if (hope === 'end' || leftMs <= 0) return { do: 'give-up' };
  if (OF_THE_KEY.has(kind) && otherKeys > 0) return { do: 'retry', afterMs: 0, otherKey: true };
  if (hope === 'same' && retries < retriesPerModel) {
    // Full jitter; a wait that the provider asked for is kept, if it is one that we would wait.
    const backoff = Math.min(backoffMaxMs, backoffBaseMs * 2 ** retries) * chance;
    const afterMs = Math.max(retryAfterMs ?? 0, backoff);
    if (afterMs <= backoffMaxMs && afterMs < leftMs) return { do: 'retry', afterMs };
  }
  return modelsLeft ? { do: 'fall-back' } : { do: 'give-up' };
}
