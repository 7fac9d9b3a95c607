// Every decider that was ever released, by the version that events name. A released one is never changed: golden decisions in
// test/fixtures/decisions are replayed against it.
import type { Decision, DecisionInputs } from '../domain/decision.ts';
import { type DecisionContext, decide } from './decide.ts';

export type Decider = (inputs: DecisionInputs, context: DecisionContext) => Decision;

export const CURRENT_DECIDER = 1;

const DECIDERS: ReadonlyMap<number, Decider> = new Map([[1, decide]]);

export function deciderOf(version: number): Decider {
  const decider = DECIDERS.get(version);
  if (!decider) throw new RangeError(`there is no decider of version ${version}: this release is older than the log`);
  return decider;
}
