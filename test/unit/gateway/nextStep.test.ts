// What follows a failed attempt, for every kind of failure and everything that may be left.
import { expect } from 'chai';
import * as fc from 'fast-check';
import { FAILURE_KINDS, type FailureKind } from '../../../src/domain/events.ts';
import { type Situation, nextStep } from '../../../src/gateway/nextStep.ts';

const RULES = { retriesPerModel: 2, backoffBaseMs: 200, backoffMaxMs: 2000 };
const after = (rest: Partial<Situation>, rules = RULES) =>
  nextStep(
    {
      kind: 'overloaded',
      retryAfterMs: undefined,
      otherKeys: 0,
      retries: 0,
      leftMs: 60_000,
      modelsLeft: true,
      chance: 0.5,
      ...rest,
    },
    rules,
  );

const RETRY = { do: 'retry', afterMs: 100 } as const;
const FALL_BACK = { do: 'fall-back' } as const;
const GIVE_UP = { do: 'give-up' } as const;

/** What is done first, and what is done when this model has had its retries and another or none is left. */
const TABLE: Record<FailureKind, readonly [first: string, another: string, none: string]> = {
  'rate-limited': ['retry', 'fall-back', 'give-up'],
  overloaded: ['retry', 'fall-back', 'give-up'],
  'server-error': ['retry', 'fall-back', 'give-up'],
  unreachable: ['retry', 'fall-back', 'give-up'],
  'stream-cut': ['retry', 'fall-back', 'give-up'],
  'malformed-reply': ['fall-back', 'fall-back', 'give-up'],
  'timed-out': ['fall-back', 'fall-back', 'give-up'],
  refused: ['fall-back', 'fall-back', 'give-up'],
  'bad-request': ['fall-back', 'fall-back', 'give-up'],
  'context-too-long': ['fall-back', 'fall-back', 'give-up'],
  unauthorized: ['fall-back', 'fall-back', 'give-up'],
  'quota-exhausted': ['fall-back', 'fall-back', 'give-up'],
  'not-found': ['fall-back', 'fall-back', 'give-up'],
  cancelled: ['give-up', 'give-up', 'give-up'],
};

describe('the step after a failure', () => {
  for (const kind of FAILURE_KINDS) {
    const [first, another, none] = TABLE[kind];
    it(`is ${first} for ${kind}, then ${another} with another model and ${none} without`, () => {
      expect(after({ kind }).do).to.equal(first);
      expect(after({ kind, retries: RULES.retriesPerModel }).do).to.equal(another);
      expect(after({ kind, retries: RULES.retriesPerModel, modelsLeft: false }).do).to.equal(none);
    });

    it(`is to give up for ${kind} when the deadline has passed`, () => {
      expect(after({ kind, leftMs: 0 })).to.deep.equal(GIVE_UP);
      expect(after({ kind, leftMs: -1 })).to.deep.equal(GIVE_UP);
    });
  }

  it('is a retry of the last model too', () => {
    expect(after({ modelsLeft: false })).to.deep.equal(RETRY);
  });

  it('is no retry at all when the policy allows none', () => {
    expect(after({}, { ...RULES, retriesPerModel: 0 })).to.deep.equal(FALL_BACK);
  });
});

describe('the wait before a retry', () => {
  it('doubles with every retry, and is drawn from the whole range below that', () => {
    expect(after({ retries: 0 })).to.deep.equal({ do: 'retry', afterMs: 100 });
    expect(after({ retries: 1 })).to.deep.equal({ do: 'retry', afterMs: 200 });
    expect(after({ chance: 0 })).to.deep.equal({ do: 'retry', afterMs: 0 });
    expect(after({ chance: 0.99 })).to.deep.equal({ do: 'retry', afterMs: 198 });
  });

  it('stops growing at the greatest wait of the policy', () => {
    const many = { ...RULES, retriesPerModel: 5 };
    expect(after({ retries: 4 }, many)).to.deep.equal({ do: 'retry', afterMs: 1000 });
  });

  it('is at least what the provider asked for', () => {
    expect(after({ retryAfterMs: 1500 })).to.deep.equal({ do: 'retry', afterMs: 1500 });
    expect(after({ retryAfterMs: 50 })).to.deep.equal(RETRY);
    expect(after({ retryAfterMs: 2000 })).to.deep.equal({ do: 'retry', afterMs: 2000 });
  });

  it('is not taken when the provider asks for more than the policy would wait', () => {
    expect(after({ retryAfterMs: 2001 })).to.deep.equal(FALL_BACK);
    expect(after({ retryAfterMs: 2001, modelsLeft: false })).to.deep.equal(GIVE_UP);
  });

  it('is not taken when the deadline would pass in it', () => {
    expect(after({ leftMs: 101 })).to.deep.equal(RETRY);
    expect(after({ leftMs: 100 })).to.deep.equal(FALL_BACK);
  });

  it('is always within the policy and the deadline, and no chain goes on for ever', () => {
    const situations = fc.record({
      kind: fc.constantFrom(...FAILURE_KINDS),
      retryAfterMs: fc.option(fc.integer({ min: 0, max: 10_000 }), { nil: undefined }),
      otherKeys: fc.constant(0),
      retries: fc.integer({ min: 0, max: 6 }),
      leftMs: fc.integer({ min: -100, max: 5000 }),
      modelsLeft: fc.boolean(),
      chance: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    });
    fc.assert(
      fc.property(situations, (situation) => {
        const step = nextStep(situation, RULES);
        if (step.do === 'retry') {
          expect(step.afterMs).to.be.within(situation.retryAfterMs ?? 0, RULES.backoffMaxMs);
          expect(step.afterMs).to.be.lessThan(situation.leftMs);
          expect(situation.retries).to.be.lessThan(RULES.retriesPerModel);
        } else {
          expect(step.do === 'fall-back' && !situation.modelsLeft).to.equal(false);
        }
      }),
    );
  });

  it('tries another key of ours at once for what a key may be the cause of, and for nothing else', () => {
    for (const kind of FAILURE_KINDS) {
      const step = after({ kind, otherKeys: 1, retries: 2 });
      if (kind === 'unauthorized' || kind === 'quota-exhausted' || kind === 'rate-limited')
        expect(step).to.deep.equal({ do: 'retry', afterMs: 0, otherKey: true });
      else expect(step.do).to.not.equal('retry');
    }
  });
});
