// Answers as callers see them: OpenAI's counts from our classes, exact money beside numbers for people, and plain headers.
import { expect } from 'chai';
import {
  answerHeaders,
  numberOf,
  toChatAnswer,
  toChatCompletion,
  toMetadata,
  toOpenAiUsage,
} from '../../../src/api/openaiFormat.ts';
import type { Usage } from '../../../src/domain/usage.ts';
import type { WholeAnswer } from '../../../src/gateway/gateway.ts';

const USAGE: Usage = { input: 1000, cachedInput: 200, cacheWrite5m: 30, cacheWrite1h: 4, output: 500, reasoning: 120 };
const ANSWER: WholeAnswer = {
  requestId: 'r1',
  model: { id: 'groq/openai/gpt-oss-20b', provider: 'groq', modelName: 'openai/gpt-oss-20b' },
  usage: USAGE,
  costUsd: '0.000000041667',
  baselineModelId: 'openai/one',
  baselineCostUsd: '0.05',
  savingsUsd: '0.049999958333',
  latencyMs: 123.6,
  taskType: 'chat',
  attempts: 2,
  fallback: true,
  warnings: [],
  simulated: false,
  reason: 'It is cheap.',
  completion: {
    id: 'chatcmpl-1',
    created: 1_764_000_000,
    model: 'gpt-oss-20b-served',
    system_fingerprint: 'fp',
    choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'Hi', refusal: null } }],
  },
};
const UNKNOWN = { costUsd: null, savingsUsd: null, baselineCostUsd: null, baselineModelId: null } as const;
const answer = (rest: Partial<WholeAnswer> = {}): WholeAnswer => ({ ...ANSWER, ...rest });

describe('the usage of a completion', () => {
  it('counts cached and written tokens into the prompt, and reads alone as cached', () => {
    expect(toOpenAiUsage(USAGE, '0.0125')).to.deep.equal({
      prompt_tokens: 1234,
      completion_tokens: 500,
      total_tokens: 1734,
      prompt_tokens_details: { cached_tokens: 200, cache_write_tokens: 34 },
      completion_tokens_details: { reasoning_tokens: 120 },
      cost: 0.0125,
    });
  });

  it('says nothing of a cost that is not known, and zero of one that is', () => {
    expect(toOpenAiUsage(USAGE, null)).not.to.have.property('cost');
    expect(toOpenAiUsage(USAGE, '0')).to.include({ cost: 0 });
  });
});

describe('a chat completion', () => {
  it('is OpenAI’s object with our name of the model, the vendor’s extensions kept', () => {
    const body = toChatCompletion(answer(), false);
    expect(body).to.deep.equal({
      id: 'chatcmpl-1',
      object: 'chat.completion',
      created: 1_764_000_000,
      model: 'groq/openai/gpt-oss-20b',
      system_fingerprint: 'fp',
      choices: ANSWER.completion.choices,
      usage: toOpenAiUsage(USAGE, ANSWER.costUsd),
    });
  });

  it('has no usage when the vendor gave none', () => {
    expect(toChatCompletion(answer({ usage: null }), false)).not.to.have.property('usage');
  });

  it('tells what the router did when it is asked to', () => {
    expect(toChatCompletion(answer(), true)).to.deep.include({ omni: toMetadata(ANSWER) });
  });
});

describe('an answer of /v1/chat', () => {
  it('says what answered, what it cost and what was saved, exact and as numbers', () => {
    expect(toChatAnswer(answer())).to.deep.equal({
      output: 'Hi',
      finish_reason: 'stop',
      model_used: 'openai/gpt-oss-20b',
      provider: 'groq',
      cost: 4.1667e-8,
      cost_usd: '0.000000041667',
      savings_estimate: 0.049999958333,
      savings_estimate_usd: '0.049999958333',
      latency_ms: 124,
      baseline_model: 'openai/one',
      tokens: { input: 1234, output: 500, cached_input: 200, cache_write: 34, reasoning: 120, total: 1734 },
      task_type: 'chat',
      reason: 'It is cheap.',
      simulated: false,
      request_id: 'r1',
    });
  });

  it('says null, and never zero, where money or counts are not known', () => {
    expect(toChatAnswer(answer({ ...UNKNOWN, usage: null }))).to.include({
      cost: null,
      cost_usd: null,
      savings_estimate: null,
      savings_estimate_usd: null,
      baseline_model: null,
      tokens: null,
    });
  });

  it('says that counts are estimates when they are', () => {
    expect(toChatAnswer(answer({ usage: { ...USAGE, estimated: true } }))).to.nested.include({
      'tokens.estimated': true,
    });
  });

  it('carries tool calls, a refusal and warnings when there are any', () => {
    const calls = [{ id: 'c1', type: 'function' as const, function: { name: 'f', arguments: '{}' } }];
    const message = { role: 'assistant' as const, content: null, tool_calls: calls, refusal: 'No.' };
    const completion = { ...ANSWER.completion, choices: [{ index: 0, finish_reason: 'tool_calls' as const, message }] };
    expect(toChatAnswer(answer({ completion, warnings: ['seed is ignored'] }))).to.deep.include({
      output: null,
      tool_calls: calls,
      refusal: 'No.',
      finish_reason: 'tool_calls',
      warnings: ['seed is ignored'],
    });
  });

  it('has no output when the vendor gave no choice', () => {
    const completion = { ...ANSWER.completion, choices: [] };
    expect(toChatAnswer(answer({ completion }))).to.include({ output: null, finish_reason: null });
  });
});

describe('the headers of an answer', () => {
  it('say what the router did', () => {
    expect(answerHeaders(answer())).to.deep.equal({
      'x-omni-provider': 'groq',
      'x-omni-model': 'groq/openai/gpt-oss-20b',
      'x-omni-attempts': '2',
      'x-omni-fallback': 'true',
      'x-omni-warnings': '',
      'x-omni-simulated': 'false',
      'x-omni-cost-usd': '0.000000041667',
      'x-omni-baseline-usd': '0.05',
      'x-omni-savings-usd': '0.049999958333',
    });
  });

  it('leave out money that is not known', () => {
    const named = Object.keys(answerHeaders(answer(UNKNOWN))).filter((name) => name.endsWith('-usd'));
    expect(named).to.deep.equal([]);
  });

  it('hold printable ASCII only, and not too much of it', () => {
    const warnings = ['naïve\r\nx-evil: 1', 'w'.repeat(5000)];
    const value = answerHeaders(answer({ warnings }))['x-omni-warnings'] ?? '';
    expect(value).to.match(/^na\?ve\?\?x-evil: 1; w+$/);
    expect(value).to.have.length(1000);
  });
});

describe('money in an answer', () => {
  it('is null for people too when it is not known', () => {
    expect([numberOf(null), numberOf('0'), numberOf('0.05')]).to.deep.equal([null, 0, 0.05]);
  });
});
