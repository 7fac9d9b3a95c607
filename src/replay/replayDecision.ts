// A recorded decision taken again with its recorded inputs by the decider that took it: the same to the last bit, or a list of
// what is not. Pure.
import { type Decision, Outcome } from '../domain/decision.ts';
import type { EventData } from '../domain/events.ts';
import type { DecisionContext } from '../routing/decide.ts';
import { deciderOf } from '../routing/deciders.ts';
import { type Difference, findDifferences } from './differences.ts';

export type Replayed = {
  readonly equal: boolean;
  readonly differences: readonly Difference[];
  /** The whole decision, with every candidate and exclusion. */
  readonly decision: Decision;
};

/** @throws RangeError when this release does not have that decider */
export function replayDecision(routed: EventData<'RequestRouted'>, context: DecisionContext): Replayed {
  const decision = deciderOf(routed.deciderVersion)(routed.inputs, context);
  const differences = findDifferences(routed.outcome, Outcome.parse(decision.outcome));
  return { equal: differences.length === 0, differences, decision };
}
