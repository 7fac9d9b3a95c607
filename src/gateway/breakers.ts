// Circuit breakers, one a model and one a provider: fed by the attempts, read by the decision. Closed → open when too many fail →
// after a while half open: one request tries it, and its outcome closes or opens it again for longer.
import type { FailureKind } from '../domain/events.ts';
import type { Policy } from '../domain/policy.ts';
import type { Clock } from '../platform/clock.ts';
import type { AttemptRecord } from './attempts.ts';

export type BreakerState = {
  readonly name: string;
  readonly state: 'open' | 'half-open';
  /** ms epoch from which one request may try it. */
  readonly openUntil: number;
  readonly reason: FailureKind;
};

export type Breakers = {
  /** Ids of models, and names of providers, that a decision must leave alone now; sorted, at most 64. */
  open(): string[];
  /** A call of that model begins: where its breaker is half open, it is the one that tries. */
  onStart(modelId: string): void;
  onAttempt(record: Pick<AttemptRecord, 'modelId' | 'provider' | 'outcome'>): void;
  /** A call of that model ended by a fault of ours. */
  onFault(modelId: string): void;
  /** All that are not closed, for people. */
  states(): BreakerState[];
};

type Breaker = {
  /** Outcomes in the window, oldest first. */
  samples: { readonly at: number; readonly failed: boolean }[];
  /** Monotonic ms; undefined = closed. */
  openUntil: number | undefined;
  openings: number;
  /** Monotonic ms at which the request that tries it began. */
  probingSince: number | undefined;
  reason: FailureKind;
};

// Of one request, or of its caller: they say nothing about the model.
const NOT_ITS_FAULT: ReadonlySet<FailureKind> = new Set([
  'cancelled',
  'bad-request',
  'refused',
  'context-too-long',
  'not-found',
]);
// Whatever the model, that provider fails.
const OF_THE_PROVIDER: ReadonlySet<FailureKind> = new Set(['unauthorized', 'quota-exhausted', 'unreachable']);
/** A try that has not been heard of for this long is nobody's any more. */
const PROBE_MS = 15 * 60_000;
const MOST_NAMED = 64;
const MOST_SAMPLES = 100;

export function createBreakers(clock: Clock, rules: () => Policy['breaker'] | undefined): Breakers {
  return new ClockedBreakers(clock, rules);
}

class ClockedBreakers implements Breakers {
  readonly #clock: Clock;
  readonly #rules: () => Policy['breaker'] | undefined;
  readonly #breakers = new Map<string, Breaker>();

  constructor(clock: Clock, rules: () => Policy['breaker'] | undefined) {
    this.#clock = clock;
    this.#rules = rules;
  }

  open(): string[] {
    const names: string[] = [];
    for (const [name, breaker] of this.#breakers) {
      if (breaker.openUntil !== undefined && !this.#mayTry(breaker)) names.push(name);
    }
    return names.sort().slice(0, MOST_NAMED);
  }

  onStart(modelId: string): void {
    for (const name of [modelId, providerOf(modelId)]) {
      const breaker = this.#breakers.get(name);
      if (breaker && this.#mayTry(breaker)) breaker.probingSince = this.#clock.monotonicMs();
    }
  }

  onAttempt({ modelId, provider, outcome }: Pick<AttemptRecord, 'modelId' | 'provider' | 'outcome'>): void {
    const rules = this.#rules();
    if (!rules) return;
    if (outcome === 'succeeded') {
      this.#hear(provider, undefined, rules);
      this.#hear(modelId, undefined, rules);
      return;
    }
    // Whoever tried it and learned nothing of it leaves it to the next one.
    if (NOT_ITS_FAULT.has(outcome)) this.#forgetProbe(provider, modelId);
    else if (OF_THE_PROVIDER.has(outcome)) {
      this.#hear(provider, outcome, rules);
      this.#forgetProbe(modelId);
    } else {
      this.#hear(provider, undefined, rules);
      this.#hear(modelId, outcome, rules);
    }
  }

  onFault(modelId: string): void {
    this.#forgetProbe(modelId, providerOf(modelId));
  }

  states(): BreakerState[] {
    return [...this.#breakers].flatMap(([name, { openUntil, reason }]) => {
      if (openUntil === undefined) return [];
      const leftMs = Math.max(0, openUntil - this.#clock.monotonicMs());
      const state = leftMs === 0 ? ('half-open' as const) : ('open' as const);
      return [{ name, state, openUntil: this.#clock.now() + leftMs, reason }];
    });
  }

  #mayTry({ openUntil, probingSince }: Breaker): boolean {
    const now = this.#clock.monotonicMs();
    const trying = probingSince !== undefined && now - probingSince < PROBE_MS;
    return openUntil !== undefined && !trying && now >= openUntil;
  }

  #forgetProbe(...names: readonly string[]): void {
    for (const name of names) {
      const breaker = this.#breakers.get(name);
      if (breaker) breaker.probingSince = undefined;
    }
  }

  #hear(name: string, failure: FailureKind | undefined, rules: Policy['breaker']): void {
    const breaker = this.#breakers.get(name) ?? fresh();
    this.#breakers.set(name, breaker);
    if (breaker.openUntil !== undefined) {
      // An outcome of a call from before it opened says nothing new.
      if (breaker.probingSince === undefined) return;
      if (failure) this.#trip(breaker, failure, rules);
      else this.#breakers.delete(name);
      return;
    }
    const now = this.#clock.monotonicMs();
    const since = now - rules.windowSec * 1_000;
    const samples = breaker.samples.filter(({ at }) => at >= since).slice(1 - MOST_SAMPLES);
    breaker.samples = [...samples, { at: now, failed: failure !== undefined }];
    const failed = breaker.samples.filter((sample) => sample.failed).length;
    const share = failed / breaker.samples.length;
    if (failure && breaker.samples.length >= rules.minSamples && share >= rules.failureShare) {
      this.#trip(breaker, failure, rules);
    }
  }

  #trip(breaker: Breaker, reason: FailureKind, { openSec, openMaxSec }: Policy['breaker']): void {
    const forSec = Math.min(openMaxSec, openSec * 2 ** breaker.openings);
    breaker.openUntil = this.#clock.monotonicMs() + forSec * 1_000;
    breaker.openings += 1;
    breaker.probingSince = undefined;
    breaker.reason = reason;
    breaker.samples = [];
  }
}

function fresh(): Breaker {
  return { samples: [], openUntil: undefined, openings: 0, probingSince: undefined, reason: 'server-error' };
}

function providerOf(modelId: string): string {
  return modelId.slice(0, modelId.indexOf('/'));
}
