// What is said and recorded of thinking in a call, and which of the policy's times it gets.
import { expect } from 'chai';
import { loadModelsFile, loadPolicyFile } from '../../../src/config/load.ts';
import type { CatalogModel, ProviderName } from '../../../src/domain/catalog.ts';
import type { Chat, Effort } from '../../../src/domain/chat.ts';
import { timeoutsFor } from '../../../src/gateway/attempts.ts';
import { effortSent, willThink } from '../../../src/gateway/effortSent.ts';
import type { Native } from '../../../src/gateway/gateway.ts';

const POLICY = loadPolicyFile('config/routing.yaml');
type Model = Pick<CatalogModel, 'id' | 'provider' | 'details'>;
const modelOf = (provider: ProviderName, details: Partial<Model['details']> = {}): Model => ({
  id: `${provider}/m`,
  provider,
  details: { enabled: true, tags: [], qualityWeight: 1, abilities: { reasoning: true }, ...details },
});
const CLAUDE = modelOf('anthropic', { efforts: ['none', 'xhigh', 'max'] });
const OPENAI = modelOf('openai', { efforts: ['none', 'low'] });
const nativeOf = (thinking?: Native['thinking']): Native => ({
  format: 'anthropic',
  body: {},
  ...(thinking ? { thinking } : {}),
});
const timeoutsOf = (model: Model, effort: Effort | undefined, native?: Native) =>
  timeoutsFor(model, willThink(model, effort, native), POLICY, Number.MAX_SAFE_INTEGER);
const wholeMsOf = (...asked: Parameters<typeof timeoutsOf>): number => timeoutsOf(...asked).wholeMs;
const { normal, reasoning } = POLICY.timeouts;

const ASKED: Chat = { messages: [{ role: 'user', content: 'hi' }], reasoning: { effort: 'high' } };
const sentOf = (decided: Effort | undefined, model: Model, native?: Native, chat: Chat = { messages: [] }) =>
  effortSent(decided, model, { native, chat });

describe('the effort of a call', () => {
  it('is what the caller’s own body says, where it goes to its vendor as it came', () => {
    expect(sentOf('none', CLAUDE, nativeOf({ on: true, effort: 'low' }))).to.equal('low');
    expect(sentOf('none', CLAUDE, nativeOf({ on: true }))).to.equal(undefined);
    expect(sentOf('xhigh', CLAUDE, nativeOf({ on: false, effort: 'none' }))).to.equal('none');
  });

  it('is the decided one where that body says nothing, or where another vendor answers', () => {
    expect(sentOf('xhigh', CLAUDE, nativeOf())).to.equal('xhigh');
    expect(sentOf('low', OPENAI, nativeOf({ on: true, effort: 'high' }))).to.equal('low');
    expect(sentOf('low', OPENAI)).to.equal('low');
  });
});

describe('the effort that OpenRouter is asked for in its own words', () => {
  it('is sent to it where the catalog knows of none, and to nobody else', () => {
    expect(sentOf(undefined, modelOf('openrouter'), undefined, ASKED)).to.equal('high');
    expect(sentOf('low', modelOf('openrouter'), undefined, ASKED)).to.equal('low');
    expect(sentOf(undefined, modelOf('groq'), undefined, ASKED)).to.equal(undefined);
  });
});

describe('the times of a call', () => {
  it('are long where the model will think', () => {
    expect(wholeMsOf(OPENAI, 'low')).to.equal(reasoning.wholeMs);
    expect(wholeMsOf(OPENAI, 'none')).to.equal(normal.wholeMs);
    expect(wholeMsOf(modelOf('openai', { abilities: {} }), 'low')).to.equal(normal.wholeMs);
  });

  it('are long where nothing is said of thinking to a model that can, as to one that was named', () => {
    const models = loadModelsFile('config/models.yaml').models;
    for (const name of ['gpt-6-astra', 'gemini-2.5-pro', 'claude-haiku-4-5']) {
      const entry = models.find(({ model_name: one }) => one === name);
      if (!entry) throw new Error(`${name} is not shipped`);
      const { reasoning: thinks = false } = entry.abilities ?? {};
      const model = modelOf(entry.provider, { abilities: { reasoning: thinks }, efforts: entry.efforts });
      expect(timeoutsOf(model, undefined), name).to.include({
        wholeMs: reasoning.wholeMs,
        firstTokenMs: reasoning.firstTokenMs,
      });
    }
    expect(wholeMsOf(CLAUDE, undefined, nativeOf())).to.equal(reasoning.wholeMs);
    expect(wholeMsOf(modelOf('openai', { abilities: { reasoning: false } }), undefined)).to.equal(normal.wholeMs);
  });

  it('are never beyond what is left, and follow the provider’s and the model’s own', () => {
    const own = { openai: { wholeMs: 7, idleMs: 8 }, 'openai/m': { wholeMs: 9 } };
    const policy = { ...POLICY, timeouts: { ...POLICY.timeouts, own } };
    expect(timeoutsFor(OPENAI, true, policy, 1_000)).to.deep.equal({
      connectMs: reasoning.connectMs,
      idleMs: 8,
      firstTokenMs: 1_000,
      wholeMs: 9,
      streamMs: 1_000,
    });
  });

  it('follow the caller’s own body where it speaks of thinking', () => {
    expect(wholeMsOf(CLAUDE, 'none', nativeOf({ on: true }))).to.equal(reasoning.wholeMs);
    expect(wholeMsOf(CLAUDE, 'xhigh', nativeOf({ on: false, effort: 'none' }))).to.equal(normal.wholeMs);
    expect(wholeMsOf(OPENAI, 'none', nativeOf({ on: true, effort: 'high' }))).to.equal(normal.wholeMs);
  });
});
