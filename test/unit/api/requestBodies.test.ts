// What callers send and what it becomes: names that let the router choose, chains, limits and provider preferences.
import { expect } from 'chai';
import type { Catalog, CatalogModel, ProviderName } from '../../../src/domain/catalog.ts';
import { Wishes } from '../../../src/domain/decision.ts';
import { RouterError } from '../../../src/domain/errors.ts';
import {
  ChatCompletionsRequest,
  ChatRequest,
  fromChatCompletions,
  fromChatRequest,
} from '../../../src/api/requestBodies.ts';

function model(provider: ProviderName, modelName: string, aliases: string[] = []): [string, CatalogModel] {
  const id = `${provider}/${modelName}`;
  const details = { enabled: true, tags: [], qualityWeight: 1, abilities: {}, aliases };
  const sources = { priceSource: 'seed', detailsSource: 'seed', updatedAt: '2026-11-25T00:00:00.000Z' };
  return [id, { id, provider, modelName, details, prices: undefined, ratings: [], deprecation: undefined, ...sources }];
}

const CATALOG: Catalog = {
  version: 0,
  generation: undefined,
  models: new Map([model('openai', 'one', ['first']), model('groq', 'two'), model('openrouter', 'two')]),
};
const MESSAGES = [{ role: 'user', content: 'Hello' }];
const chat = (body: object) => fromChatRequest(ChatRequest.parse({ messages: MESSAGES, ...body }), CATALOG);
const completions = (body: object) =>
  fromChatCompletions(ChatCompletionsRequest.parse({ messages: MESSAGES, model: 'auto', ...body }), CATALOG);
const SURFACES = [
  ['/v1/chat', chat],
  ['/v1/chat/completions', completions],
] as const;

function errorOf(run: () => unknown): RouterError | undefined {
  try {
    run();
  } catch (error) {
    if (error instanceof RouterError) return error;
    throw error;
  }
  return undefined;
}

for (const [surface, read] of SURFACES) {
  describe(`a request to ${surface}`, () => {
    for (const [name, priority, latencyPref] of [
      ['auto', 'balanced', 'normal'],
      ['omni/auto', 'balanced', 'normal'],
      ['auto:cost', 'cheap', 'normal'],
      ['auto:quality', 'best', 'normal'],
      ['auto:speed', 'balanced', 'fast'],
    ] as const) {
      it(`lets the router choose with ${name}: ${priority}, ${latencyPref}`, () => {
        expect(read({ model: name }).wishes).to.deep.equal({ models: [], fallback: true, priority, latencyPref });
      });
    }

    it('asks for one model by id, alias or bare name, and then for no other', () => {
      for (const name of ['openai/one', 'first', 'one']) {
        expect(read({ model: name }).wishes, name).to.include({ fallback: false });
        expect(read({ model: name }).wishes.models, name).to.deep.equal(['openai/one']);
      }
    });

    it('asks for a chain with `models`, in its order and each model once', () => {
      const { wishes } = read({ model: 'groq/two', models: ['one', 'openai/one', 'openrouter/two', 'groq/two'] });
      expect(wishes.models).to.deep.equal(['groq/two', 'openai/one', 'openrouter/two']);
      expect(wishes.fallback).to.equal(true);
    });

    it('leaves names of the router’s own out of a chain', () => {
      expect(read({ model: 'auto', models: ['one', 'auto:cost'] }).wishes.models).to.deep.equal(['openai/one']);
    });

    for (const name of ['nobody', 'two', 'constructor', '__proto__', 'auto:cheap']) {
      it(`is told that there is no model ${name}`, () => {
        for (const body of [{ model: name }, { model: 'auto', models: [name] }]) {
          const error = errorOf(() => read(body));
          expect(error?.code).to.equal('model_not_found');
          expect(error?.message).to.include(JSON.stringify(name));
          expect(error?.details).to.include({ param: 'model', shouldRetry: false });
        }
      });
    }

    it('limits the output in either spelling, the newer one first', () => {
      expect(read({ max_tokens: 7 }).wishes.maxTokens).to.equal(7);
      expect(read({ max_tokens: 7, max_completion_tokens: 9 }).wishes.maxTokens).to.equal(9);
      expect(read({ max_tokens: null }).wishes).not.to.have.property('maxTokens');
    });

    it('turns provider preferences into wishes', () => {
      const provider = {
        order: ['groq', 'openai'],
        only: ['groq', 'openai', 'google'],
        ignore: ['google'],
        allow_fallbacks: false,
        require_parameters: true,
        sort: 'latency',
        max_price: { prompt: 0.1, completion: 1e-7 },
      };
      expect(read({ provider }).wishes).to.deep.include({
        order: ['groq', 'openai'],
        only: ['groq', 'openai'],
        ignore: ['google'],
        fallback: true,
        requireParameters: true,
        sort: 'latency',
        maxPrice: { prompt: '0.1', completion: '0.0000001' },
      });
    });

    it('takes a list without fallbacks as all that may be used, in that order', () => {
      expect(read({ model: 'auto', provider: { order: ['groq'], allow_fallbacks: false } }).wishes).to.deep.include({
        only: ['groq'],
        fallback: false,
      });
      expect(
        read({ model: 'auto', provider: { order: ['groq', 'google'], allow_fallbacks: false } }).wishes,
      ).to.deep.include({
        only: ['groq', 'google'],
        fallback: true,
      });
      expect(read({ model: 'auto', provider: { order: ['groq'] } }).wishes).to.not.have.property('only');
      expect(read({ model: 'one', provider: { order: ['groq'], allow_fallbacks: false } }).wishes).to.deep.include({
        models: ['openai/one'],
        fallback: false,
      });
    });

    it('may allow fallbacks for the one model that it names', () => {
      const { wishes } = read({ model: 'one', provider: { allow_fallbacks: true } });
      expect(wishes).to.deep.include({ models: ['openai/one'], fallback: true });
    });

    it('passes on to OpenRouter what is OpenRouter’s, and keeps its own providers’ names to itself', () => {
      const { wishes, openrouter } = read({
        provider: { order: ['deepinfra', 'groq'], ignore: ['openai'], quantizations: ['fp8'], data_collection: 'deny' },
      });
      expect(wishes.order).to.deep.equal(['groq']);
      expect(wishes.ignore).to.deep.equal(['openai']);
      expect(openrouter).to.deep.equal({ order: ['deepinfra'], quantizations: ['fp8'], data_collection: 'deny' });
    });

    it('passes nothing on to OpenRouter when it names no preferences', () => {
      expect(read({}).openrouter).to.equal(undefined);
    });

    it('belongs to a session when it says so', () => {
      expect(read({ session_id: 's1' }).session).to.deep.equal({ id: 's1', previousModel: null, cachedTokens: null });
      expect(read({}).session).to.equal(null);
    });

    it('keeps the chat as it came, unknown fields included, and no routing wish in it', () => {
      const own = {
        messages: MESSAGES,
        temperature: 0.5,
        tools: [{ type: 'function', function: { name: 'f' } }],
        top_k: 3,
      };
      const routing = { model: 'one', models: ['first'], provider: { sort: 'price' }, session_id: 's' };
      expect(read({ ...own, ...routing }).chat).to.deep.equal(own);
    });

    it('becomes wishes that the log takes', () => {
      const { wishes } = read({ models: ['one'], max_tokens: 5, provider: { only: ['groq'], max_price: {} } });
      expect(Wishes.safeParse(wishes).error).to.equal(undefined);
    });
  });
}

describe('the wishes of /v1/chat', () => {
  it('stand in fields of their own', () => {
    const asked = { priority: 'best', latency_pref: 'fast', max_cost: 0.015, effort: 'high', deadline_ms: 5000 };
    const { wishes, chat: kept } = chat(asked);
    expect(wishes).to.deep.equal({
      models: [],
      fallback: true,
      priority: 'best',
      latencyPref: 'fast',
      maxCostUsd: '0.015',
      effort: 'high',
      deadlineMs: 5000,
    });
    expect(kept).to.deep.equal({ messages: MESSAGES });
  });

  it('keep a cost that is written with an exponent exact', () => {
    expect(chat({ max_cost: 1e-7 }).wishes.maxCostUsd).to.equal('0.0000001');
  });

  it('are balanced and normal, without a model being named, when nothing is said', () => {
    expect(chat({}).wishes).to.deep.equal({ models: [], fallback: true, priority: 'balanced', latencyPref: 'normal' });
  });

  it('hold beside `auto`, which says nothing of them', () => {
    for (const name of ['auto', 'omni/auto']) {
      const { wishes } = chat({ model: name, priority: 'cheap', latency_pref: 'fast' });
      expect(wishes, name).to.include({ priority: 'cheap', latencyPref: 'fast' });
    }
  });

  it('give way to what the name of an automatic choice says itself', () => {
    expect(chat({ model: 'auto:cost', priority: 'best', latency_pref: 'fast' }).wishes).to.include({
      priority: 'cheap',
      latencyPref: 'fast',
    });
    expect(chat({ model: 'auto:speed', priority: 'best' }).wishes).to.include({
      priority: 'best',
      latencyPref: 'fast',
    });
  });

  const wrong: [field: string, value: unknown][] = [
    ['max_cost', 0],
    ['max_cost', '0.01'],
    ['deadline_ms', 99],
    ['priority', 'cheapest'],
    ['latency_pref', 'slow'],
    ['effort', 'huge'],
    ['models', Array.from({ length: 33 }, () => 'one')],
    ['messages', []],
  ];
  for (const [field, value] of wrong) {
    it(`are refused with ${field} = ${JSON.stringify(value).slice(0, 20)}`, () => {
      const result = ChatRequest.safeParse({ messages: MESSAGES, [field]: value });
      expect(result.error?.issues.map(({ path }) => path[0])).to.include(field);
    });
  }
});

describe('the wishes of /v1/chat/completions', () => {
  it('take the reasoning effort of OpenAI’s field, and null as nothing', () => {
    expect(completions({ reasoning_effort: 'low' }).wishes.effort).to.equal('low');
    expect(completions({ reasoning_effort: null }).wishes).not.to.have.property('effort');
    expect(completions({ reasoning_effort: 'low' }).chat).not.to.have.property('reasoning_effort');
  });

  it('need a model, as OpenAI does', () => {
    const result = ChatCompletionsRequest.safeParse({ messages: MESSAGES });
    expect(result.error?.issues.map(({ path }) => path.join('.'))).to.deep.equal(['model']);
  });

  it('take what OpenAI has no field for beside its own, and pass none of it on', () => {
    const own = { priority: 'best', latency_pref: 'fast', max_cost: 0.02, deadline_ms: 5_000 } as const;
    const { wishes, chat } = completions(own);
    expect(wishes).to.deep.include({ priority: 'best', latencyPref: 'fast', maxCostUsd: '0.02', deadlineMs: 5_000 });
    expect(chat).not.to.have.any.keys(...Object.keys(own));
    expect(completions({ ...own, model: 'auto:cost' }).wishes.priority).to.equal('cheap');
  });

  it('take OpenRouter’s forms as they stand', () => {
    const { wishes } = completions({
      provider: {
        order: null,
        only: ['OpenAI', 'Groq'],
        sort: { by: 'price', partition: 'none' },
        max_price: { prompt: 0, completion: null },
        require_parameters: null,
      },
      reasoning: { effort: 'high', exclude: true },
    });
    expect(wishes).to.deep.include({
      only: ['openai', 'groq'],
      sort: 'price',
      maxPrice: { prompt: '0' },
      effort: 'high',
    });
    expect(wishes).not.to.have.any.keys('order', 'requireParameters');
    expect(ChatCompletionsRequest.safeParse({ messages: MESSAGES, models: ['one'] }).success).to.equal(true);
  });
});
