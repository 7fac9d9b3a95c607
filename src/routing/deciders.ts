// Every decider that was ever released, by the version that events name. A released one is never changed: golden decisions in
// test/fixtures/decisions are replayed against it.
import type { Decision, DecisionInputs } from '../domain/decision.ts';
import { type DecisionContext, decide } from './decide.ts';
import { FIRST_RULES, SECOND_RULES } from './filterModels.ts';

export type Decider = (inputs: DecisionInputs, context: DecisionContext) => Decision;

export const CURRENT_DECIDER = 3;

const DECIDERS: ReadonlyMap<number, Decider> = new Map([
  [1, (inputs: DecisionInputs, context: DecisionContext) => decide(inputs, context, FIRST_RULES)],
  // A named model is taken as it is. Tools reach models of OpenAI's Responses API; `require_parameters` leaves out models on which a parameter would not count.
  [2, (inputs: DecisionInputs, context: DecisionContext) => decide(inputs, context, SECOND_RULES)],
  // One named model may be followed by others; a preferred provider comes first below the floor, too; breakers are looked at last; every
  // answer of `n` is in the estimate; a named model answers within its own limit.
  [3, (inputs: DecisionInputs, context: DecisionContext) => decide(inputs, context)],
]);

/** False for a decision of a newer release than this one. */
export function isKnownDecider(version: number): boolean {
  return DECIDERS.has(version);
}

export function deciderOf(version: number): Decider {
  const decider = DECIDERS.get(version);
  if (!decider) throw new RangeError(`there is no decider of version ${version}: this release is older than the log`);
  return decider;
}
