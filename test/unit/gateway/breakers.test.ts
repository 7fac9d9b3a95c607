// When a breaker opens, who may try it, and what closes it again.
import { expect } from 'chai';
import type { FailureKind } from '../../../src/domain/events.ts';
import { createBreakers } from '../../../src/gateway/breakers.ts';

const RULES = { minSamples: 4, failureShare: 0.5, windowSec: 60, openSec: 10, openMaxSec: 35 };
const MODEL = 'openai/m1';

function given() {
  let ms = 1_000;
  const clock = { now: () => ms, monotonicMs: () => ms, sleep: async () => undefined };
  const breakers = createBreakers(clock, () => RULES);
  return {
    breakers,
    pass: (sec: number) => void (ms += sec * 1_000),
    end: (outcome: FailureKind | 'succeeded', modelId = MODEL) =>
      breakers.onAttempt({ modelId, provider: 'openai', outcome }),
  };
}
const fail = (t: ReturnType<typeof given>, times: number, kind: FailureKind = 'server-error') => {
  for (let n = 0; n < times; n++) t.end(kind);
};

describe('circuit breakers', () => {
  it('open when enough of enough attempts in the window have failed', () => {
    const t = given();
    fail(t, 3);
    expect(t.breakers.open()).to.deep.equal([]);
    t.end('server-error');
    expect(t.breakers.open()).to.deep.equal([MODEL]);
    expect(t.breakers.states()).to.deep.equal([
      { name: MODEL, state: 'open', openUntil: 11_000, reason: 'server-error' },
    ]);
  });

  it('stay closed while most attempts succeed, and forget what is older than the window', () => {
    const t = given();
    for (let n = 0; n < 5; n++) t.end('succeeded');
    fail(t, 4);
    expect(t.breakers.open()).to.deep.equal([]);
    t.pass(61);
    fail(t, 3);
    expect(t.breakers.open()).to.deep.equal([]);
  });

  it('count nothing that the caller or the request is the cause of', () => {
    const t = given();
    for (const kind of ['cancelled', 'bad-request', 'refused', 'context-too-long', 'not-found'] as const)
      fail(t, 10, kind);
    expect(t.breakers.states()).to.deep.equal([]);
  });

  it('open for the whole provider when its keys, its account or its address fail', () => {
    for (const kind of ['unauthorized', 'quota-exhausted', 'unreachable'] as const) {
      const t = given();
      fail(t, 4, kind);
      expect(t.breakers.open()).to.deep.equal(['openai']);
    }
  });

  it('let one request try after a while, and close when it succeeds', () => {
    const t = given();
    fail(t, 4);
    t.pass(10);
    expect(t.breakers.open(), 'half open: it may be chosen').to.deep.equal([]);
    expect(t.breakers.states()[0]?.state).to.equal('half-open');
    t.breakers.onStart(MODEL);
    expect(t.breakers.open(), 'one is trying').to.deep.equal([MODEL]);
    t.end('succeeded');
    expect(t.breakers.states()).to.deep.equal([]);
    fail(t, 3);
    expect(t.breakers.open(), 'it begins anew').to.deep.equal([]);
  });

  it('stay open twice as long each time a try fails, up to the most', () => {
    const t = given();
    fail(t, 4);
    for (const sec of [10, 20, 35, 35]) {
      t.pass(sec - 1);
      expect(t.breakers.open()).to.deep.equal([MODEL]);
      t.pass(1);
      expect(t.breakers.open()).to.deep.equal([]);
      t.breakers.onStart(MODEL);
      t.end('server-error');
      expect(t.breakers.open()).to.deep.equal([MODEL]);
    }
  });

  it('leave the try to the next request when it said nothing, and hear no late outcome of an older call', () => {
    const t = given();
    fail(t, 4);
    t.end('succeeded');
    expect(t.breakers.open(), 'a late success').to.deep.equal([MODEL]);
    t.pass(10);
    t.breakers.onStart(MODEL);
    t.end('cancelled');
    expect(t.breakers.open()).to.deep.equal([]);
  });

  it('leave the try to the next request when it ended by a fault of ours, or was never heard of again', () => {
    const t = given();
    fail(t, 4);
    t.pass(10);
    t.breakers.onStart(MODEL);
    t.breakers.onFault(MODEL);
    expect(t.breakers.open()).to.deep.equal([]);
    t.breakers.onStart(MODEL);
    expect(t.breakers.open()).to.deep.equal([MODEL]);
    t.pass(15 * 60);
    expect(t.breakers.open()).to.deep.equal([]);
  });
});
