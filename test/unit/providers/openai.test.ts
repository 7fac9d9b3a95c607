// OpenAI's format and its two relatives: what is sent, what is read.
import { expect } from 'chai';
import type { Chat, Message } from '../../../src/domain/chat.ts';
import { type Dialect, fromOpenAiReply, fromOpenAiUsage } from '../../../src/providers/wire/openai.ts';
import { fromOpenAiChunk, startOpenAiStream } from '../../../src/providers/wire/openaiChunks.ts';
import { toOpenAiBody } from '../../../src/providers/wire/openaiRequest.ts';
import { GROQ_STOPPED, GROQ_STREAM, GROQ_TEXT } from '../../fixtures/wire/groq.ts';
import {
  OPENAI_STREAM,
  OPENAI_TEXT,
  OPENAI_TOOLS,
  OPENAI_TOOL_STREAM,
  OPENROUTER_ERROR_CHUNK,
  OPENROUTER_ERROR_INSIDE,
  OPENROUTER_TEXT,
} from '../../fixtures/wire/openai.ts';
import { callOptions } from '../../support/callOptions.ts';
import { putTogether } from '../../support/collectStream.ts';
import { failureOf } from '../../support/failureOf.ts';
import { readAll } from '../../support/readAll.ts';

const CONTEXT = { now: 1_795_000_000_000, model: 'asked', id: 'id' };
const OPENAI: Dialect = {
  vendor: 'OpenAI',
  refuses: ['provider', 'models'],
  reasoning: 'none',
  takesCacheControl: false,
  takesAllowedTools: true,
  limitField: 'max_completion_tokens',
  effortField: 'reasoning_effort',
};
const OPENROUTER: Dialect = {
  ...OPENAI,
  vendor: 'OpenRouter',
  reasoning: 'openrouter',
  takesCacheControl: true,
  takesAllowedTools: false,
  limitField: 'max_tokens',
  effortField: 'reasoning',
};
const image = (name: string) => ({ type: 'image_url', image_url: { url: `https://a.example/${name}.png` } });
const call = (id: string) => ({ id, type: 'function' as const, function: { name: 'f', arguments: '{}' } });
const CHAT: Chat = { messages: [{ role: 'user', content: 'hi' }] };

describe('A request in the format of OpenAI', () => {
  it('carries the limit, the effort and the model under the names of each vendor', () => {
    const chat = { ...CHAT, max_tokens: 50, reasoning_effort: 'max' as const };
    const options = callOptions({ modelName: 'gpt-6-luna', effort: 'low' });
    expect(toOpenAiBody(chat, options, OPENAI).body).to.deep.equal({
      messages: CHAT.messages,
      model: 'gpt-6-luna',
      max_completion_tokens: 50,
      reasoning_effort: 'low',
    });
    expect(toOpenAiBody(chat, options, OPENROUTER).body).to.include({ max_tokens: 50 });
    expect(toOpenAiBody(chat, options, OPENROUTER).body).to.have.deep.property('reasoning', { effort: 'low' });
  });

  it('passes fields through that nobody here knows', () => {
    const chat = { ...CHAT, verbosity: 'low', prompt_cache_key: 'k', logit_bias: { 5: 1 } };
    expect(toOpenAiBody(chat, callOptions(), OPENAI).body).to.include({ verbosity: 'low', prompt_cache_key: 'k' });
  });

  it('leaves out what the vendor refuses, and warns', () => {
    const { body, warnings } = toOpenAiBody({ ...CHAT, models: ['a/b'], n: 1 }, callOptions(), OPENAI);
    expect(body).to.not.have.property('models');
    expect(warnings).to.have.length(1);
    expect(warnings[0]).to.match(/^models was not sent: OpenAI/);
  });

  it('drops sampling parameters with a warning only when the model refuses them', () => {
    const chat = { ...CHAT, temperature: 0.3, top_p: 0.9, logprobs: true };
    const details = { samplingParams: 'reasoning_off_only' } as const;
    const thinking = toOpenAiBody(chat, callOptions({ details, effort: 'low' }), OPENAI);
    expect(thinking.body).to.not.have.any.keys('temperature', 'top_p', 'logprobs');
    expect(thinking.warnings).to.have.length(3);
    const off = toOpenAiBody(chat, callOptions({ details, effort: 'none' }), OPENAI);
    expect(off.body).to.include({ temperature: 0.3, top_p: 0.9, logprobs: true });
    expect(off.warnings).to.deep.equal([]);
    expect(
      toOpenAiBody(chat, callOptions({ details: { samplingParams: 'never' }, effort: 'none' }), OPENAI).body,
    ).to.not.have.any.keys('temperature', 'top_p');
  });

  it('sends no thinking and no signature of another vendor', () => {
    const chat: Chat = {
      messages: [
        {
          role: 'assistant',
          content: null,
          reasoning_content: 'secret',
          reasoning_details: [
            { type: 'thinking', signature: 'anthropic' },
            { type: 'reasoning.encrypted', data: 'openrouter' },
          ],
          tool_calls: [
            {
              id: 'c',
              type: 'function',
              function: { name: 'f', arguments: '{}' },
              extra_content: { google: { thought_signature: 's' } },
            },
          ],
        },
      ],
    };
    const text = JSON.stringify(toOpenAiBody(chat, callOptions(), OPENAI).body);
    for (const word of ['secret', 'anthropic', 'openrouter', 'thought_signature']) expect(text).to.not.contain(word);
    const other = JSON.stringify(toOpenAiBody(chat, callOptions(), OPENROUTER).body);
    expect(other)
      .to.contain('"data":"openrouter"')
      .and.to.not.contain('"anthropic"')
      .and.to.not.contain('thought_signature');
  });

  it('sends marks for the cache only to a vendor that takes them', () => {
    const content = [{ type: 'text', text: 'long', cache_control: { type: 'ephemeral' } }];
    const chat: Chat = { messages: [{ role: 'user', content }] };
    expect(JSON.stringify(toOpenAiBody(chat, callOptions(), OPENAI).body)).to.not.contain('cache_control');
    expect(JSON.stringify(toOpenAiBody(chat, callOptions(), OPENROUTER).body)).to.contain('cache_control');
  });

  it('shows images of results after the last result of a round, as the user’s: a result is text alone', () => {
    const asked: Message[] = [
      { role: 'user', content: 'go' },
      { role: 'assistant', content: null, tool_calls: [call('a'), call('b')] },
    ];
    const more: Message[] = [
      { role: 'assistant', content: null, tool_calls: [call('c')] },
      { role: 'tool', tool_call_id: 'c', content: 'none' },
      { role: 'user', content: [image('own')] },
    ];
    const chat: Chat = {
      messages: [
        ...asked,
        { role: 'tool', tool_call_id: 'a', content: [{ type: 'text', text: 'one' }, image('a')] },
        { role: 'tool', tool_call_id: 'b', content: [image('b')] },
        ...more,
      ],
    };
    for (const dialect of [OPENAI, OPENROUTER]) {
      expect(toOpenAiBody(chat, callOptions(), dialect).body['messages']).to.deep.equal([
        ...asked,
        { role: 'tool', tool_call_id: 'a', content: [{ type: 'text', text: 'one' }] },
        { role: 'tool', tool_call_id: 'b', content: '' },
        { role: 'user', content: [image('a'), image('b')] },
        ...more,
      ]);
    }
  });

  it('never changes the chat that it was given', () => {
    const chat: Chat = {
      ...CHAT,
      max_tokens: 5,
      temperature: 1,
      tools: [{ type: 'function', function: { name: 'f' } }],
    };
    const before = structuredClone(chat);
    toOpenAiBody(chat, callOptions({ details: { samplingParams: 'never' } }), OPENAI);
    expect(chat).to.deep.equal(before);
  });
});

describe('A reply in the format of OpenAI', () => {
  it('takes the classes of usage apart that its prompt count holds together', () => {
    expect(fromOpenAiReply(OPENAI_TEXT, CONTEXT).usage).to.deep.equal({
      input: 250,
      cachedInput: 800,
      cacheWrite5m: 150,
      cacheWrite1h: 0,
      output: 340,
      reasoning: 300,
      serviceTier: 'default',
    });
    expect(fromOpenAiReply(GROQ_TEXT, CONTEXT).usage).to.include({
      input: 116,
      cachedInput: 384,
      output: 60,
      reasoning: 41,
    });
  });

  it('never counts below zero, and knows no usage where there is none', () => {
    expect(
      fromOpenAiUsage({ prompt_tokens: 5, completion_tokens: 1, prompt_tokens_details: { cached_tokens: 9 } }),
    ).to.include({ input: 0 });
    expect(fromOpenAiUsage(null)).to.equal(undefined);
    expect(fromOpenAiUsage({})).to.equal(undefined);
  });

  it('keeps the cost that OpenRouter reports as exact text', () => {
    const { usage, completion } = fromOpenAiReply(OPENROUTER_TEXT, CONTEXT);
    expect(usage?.reportedCostUsd).to.equal('0.0000001234');
    expect(completion['provider']).to.equal('Moonshot AI');
  });

  it('counts searches that OpenRouter made, and adds the vendor’s cost to its fee where the key there is our own', () => {
    const raw = { prompt_tokens: 5, completion_tokens: 1, cost: 0.00005 };
    const searched = fromOpenAiUsage({
      ...raw,
      server_tool_use_details: { web_search_requests: 2, tool_calls_executed: 3 },
    });
    expect(searched?.webSearches).to.equal(2);
    expect(fromOpenAiUsage({ ...raw, server_tool_use_details: { web_search_requests: 0 } })).not.to.have.property(
      'webSearches',
    );
    const details = { cost_details: { upstream_inference_cost: 0.001 } };
    expect(fromOpenAiUsage({ ...raw, ...details, is_byok: true })?.reportedCostUsd).to.equal('0.00105');
    expect(fromOpenAiUsage({ ...raw, ...details, is_byok: false })?.reportedCostUsd).to.equal('0.00005');
  });

  it('keeps text, tool calls and unknown fields', () => {
    expect(fromOpenAiReply(OPENAI_TEXT, CONTEXT).completion).to.include({
      model: 'gpt-6-luna-2026-09-01',
      id: 'chatcmpl-1',
    });
    expect(fromOpenAiReply(GROQ_TEXT, CONTEXT).completion.choices[0]?.message).to.deep.equal({
      role: 'assistant',
      content: 'Fast.',
      reasoning: 'Short is asked for.',
    });
    expect(fromOpenAiReply(OPENAI_TOOLS, CONTEXT).completion.choices[0]?.message.tool_calls).to.deep.equal(
      OPENAI_TOOLS.choices[0]?.message.tool_calls,
    );
  });

  it('is a failure when an error hides in a 200, with what was counted', async () => {
    const failure = await failureOf(() => fromOpenAiReply(OPENROUTER_ERROR_INSIDE, CONTEXT));
    expect(failure).to.include({ kind: 'rate-limited', status: 200 });
    expect(failure.usage).to.include({ output: 340 });
  });

  it('is malformed without choices or of another shape', async () => {
    expect((await failureOf(() => fromOpenAiReply({ ...OPENAI_TEXT, choices: [] }, CONTEXT))).kind).to.equal(
      'malformed-reply',
    );
    expect((await failureOf(() => fromOpenAiReply({ choices: 'none' }, CONTEXT))).kind).to.equal('malformed-reply');
  });
});

const read = (events: readonly unknown[]) => readAll(startOpenAiStream(CONTEXT), fromOpenAiChunk, events);

describe('A stream in the format of OpenAI', () => {
  it('gives the text, the finish reason and the usage of the whole answer', () => {
    const { state, chunks } = read(OPENAI_STREAM);
    const all = putTogether(chunks);
    expect(all).to.include({
      content: OPENAI_TEXT.choices[0]?.message.content,
      finish: 'stop',
      model: 'gpt-6-luna-2026-09-01',
    });
    const { serviceTier: _, ...usage } = fromOpenAiReply(OPENAI_TEXT, CONTEXT).usage ?? {};
    expect(all.usage).to.deep.equal(usage);
    expect(state.finished).to.equal(true);
  });

  it('puts tool calls together by their index', () => {
    const all = putTogether(read(OPENAI_TOOL_STREAM).chunks);
    expect(all.toolCalls).to.deep.equal([OPENAI_TOOLS.choices[0]?.message.tool_calls[0]]);
    expect(all.finish).to.equal('tool_calls');
  });

  it('finds the usage of Groq in its own field', () => {
    expect(putTogether(read(GROQ_STREAM).chunks).usage).to.deep.equal(fromOpenAiReply(GROQ_TEXT, CONTEXT).usage);
  });

  it('is not finished before each choice that began has a finish reason', () => {
    expect(read(OPENAI_STREAM.slice(0, 3)).state.finished).to.equal(false);
    const two = [0, 1].map((index) => ({ choices: [{ index, delta: { content: 'x' } }] }));
    const one = { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] };
    expect(read([...two, one]).state.finished).to.equal(false);
    expect(
      read([...two, one, { choices: [{ index: 1, delta: {}, finish_reason: 'length' }] }]).state.finished,
    ).to.equal(true);
  });

  it('is a failure at an error chunk, in the spelling of each vendor', async () => {
    expect((await failureOf(() => read([OPENROUTER_ERROR_CHUNK]))).kind).to.equal('server-error');
    expect((await failureOf(() => read([GROQ_STOPPED]))).kind).to.equal('server-error');
    expect((await failureOf(() => read([{ error: { type: 'rate_limit_error', message: 'x' } }]))).kind).to.equal(
      'rate-limited',
    );
  });
});
