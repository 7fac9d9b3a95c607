// What people see of breakers and measured figures, as decisions go by them.
import { expect } from 'chai';
import type { Policy } from '../../../src/domain/policy.ts';
import { toConditions } from '../../../src/gateway/conditions.ts';

const POLICY = { health: { minSamples: 5, windowSec: 600 } } as unknown as Policy;
const breaker = (name: string, state: 'open' | 'half-open') =>
  ({ name, state, openUntil: 1_000, reason: 'server-error' }) as const;

const used = (figure: { samples: number; errorRate: number; firstTokenMs?: number; tokensPerSecond?: number }) =>
  toConditions([], { 'openai/m1': figure }, POLICY)('openai/m1').isUsed;

describe('the condition of a model', () => {
  it('is closed and unmeasured while nothing is known of it', () => {
    const { breaker: own, health, isUsed } = toConditions([breaker('groq', 'open')], {}, POLICY)('openai/m1');
    expect(own).to.deep.equal({ state: 'closed', ofProvider: false, openUntil: null, reason: null });
    expect([health, isUsed]).to.deep.equal([undefined, false]);
  });

  it('is the worse one of its own breaker and its provider’s', () => {
    const of = (...states: ReturnType<typeof breaker>[]) => {
      const { state, ofProvider } = toConditions(states, {}, POLICY)('openai/m1').breaker;
      return [state, ofProvider];
    };
    expect(of(breaker('openai/m1', 'open'))).to.deep.equal(['open', false]);
    expect(of(breaker('openai', 'half-open'))).to.deep.equal(['half-open', true]);
    expect(of(breaker('openai', 'open'), breaker('openai/m1', 'half-open'))).to.deep.equal(['open', true]);
    expect(of(breaker('openai', 'half-open'), breaker('openai/m1', 'open'))).to.deep.equal(['open', false]);
  });

  it('has figures that routing uses once there are enough, and speed is known', () => {
    const speed = { firstTokenMs: 300, tokensPerSecond: 80 };
    expect(used({ samples: 5, errorRate: 0, ...speed })).to.equal(true);
    expect(used({ samples: 4, errorRate: 0, ...speed })).to.equal(false);
    expect(used({ samples: 50, errorRate: 1 })).to.equal(false);
  });
});
