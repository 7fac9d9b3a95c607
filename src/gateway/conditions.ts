// What this process makes of each model now, for people to see: its breaker, and the measured figures that decisions go by. Pure.
import type { Health, HealthFigure } from '../domain/decision.ts';
import type { Policy } from '../domain/policy.ts';
import type { BreakerState } from './breakers.ts';

export type Condition = {
  readonly breaker: {
    readonly state: 'closed' | 'open' | 'half-open';
    /** It is of the provider: whatever the model. */
    readonly ofProvider: boolean;
    /** ms epoch from which one request may try it; null = closed. */
    readonly openUntil: number | null;
    readonly reason: BreakerState['reason'] | null;
  };
  /** Undefined where nothing was measured lately. */
  readonly health: HealthFigure | undefined;
  /** There are enough measurements for the expected latency to go by them. */
  readonly isUsed: boolean;
};
export type ConditionOf = (modelId: string) => Condition;

const CLOSED: Condition['breaker'] = { state: 'closed', ofProvider: false, openUntil: null, reason: null };

export function toConditions(states: readonly BreakerState[], health: Health, policy: Policy | undefined): ConditionOf {
  const minSamples = policy?.health.minSamples ?? Number.POSITIVE_INFINITY;
  const known = new Map(states.map((one) => [one.name, one]));
  return (modelId) => {
    const provider = modelId.slice(0, modelId.indexOf('/'));
    const figure = health[modelId];
    const { samples = 0, firstTokenMs, tokensPerSecond } = figure ?? {};
    return {
      breaker: worseOf(known.get(modelId), known.get(provider)),
      health: figure,
      isUsed: samples >= minSamples && firstTokenMs !== undefined && tokensPerSecond !== undefined,
    };
  };
}

/** Either of them keeps the model from being called. */
function worseOf(own: BreakerState | undefined, ofProvider: BreakerState | undefined): Condition['breaker'] {
  const isProvider =
    ofProvider !== undefined && (own === undefined || (own.state !== 'open' && ofProvider.state === 'open'));
  const worse = isProvider ? ofProvider : own;
  return worse
    ? { state: worse.state, ofProvider: isProvider, openUntil: worse.openUntil, reason: worse.reason }
    : CLOSED;
}
