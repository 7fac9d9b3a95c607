// Anthropic's format, both ways.
import { expect } from 'chai';
import type { Chat } from '../../../src/domain/chat.ts';
import { fromAnthropicReply, fromAnthropicUsage } from '../../../src/providers/wire/anthropic.ts';
import { fromAnthropicChunk, startAnthropicStream } from '../../../src/providers/wire/anthropicChunks.ts';
import type { Native } from '../../../src/providers/provider.ts';
import { toAnthropicBody } from '../../../src/providers/wire/anthropicRequest.ts';
import {
  ANTHROPIC_MESSAGE,
  ANTHROPIC_OVERLOADED,
  ANTHROPIC_REFUSAL,
  ANTHROPIC_STREAM,
  ANTHROPIC_TEXT,
  ANTHROPIC_USAGE,
} from '../../fixtures/wire/anthropic.ts';
import { callOptions } from '../../support/callOptions.ts';
import { putTogether } from '../../support/collectStream.ts';
import { failureOf } from '../../support/failureOf.ts';
import { readAll } from '../../support/readAll.ts';

const NOW = 1_795_000_000_000;
const OPTIONS = callOptions({ provider: 'anthropic', modelName: 'claude-sonnet-5-5' });
const tool = { type: 'function', function: { name: 'f', parameters: { type: 'object', properties: {} } } };
const call = (id: string) => ({ id, type: 'function' as const, function: { name: 'f', arguments: '{"a":1}' } });
const bodyOf = (chat: Chat, options = OPTIONS) => toAnthropicBody(chat, options).body;

describe('A request to Anthropic', () => {
  it('has the system apart and always a limit', () => {
    const chat: Chat = {
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'developer', content: 'No lists.' },
        { role: 'user', content: 'hi' },
      ],
    };
    expect(bodyOf(chat)).to.deep.equal({
      model: 'claude-sonnet-5-5',
      max_tokens: 8_192,
      system: 'Be brief.\n\nNo lists.',
      messages: [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }],
    });
    expect(bodyOf({ ...chat, max_tokens: 12 })).to.include({ max_tokens: 12 });
    expect(bodyOf(chat, callOptions({ details: { maxOutputTokens: 4_096 } }))).to.include({ max_tokens: 4_096 });
  });

  it('puts all results of a round of tools into one user message, before any text', () => {
    const chat: Chat = {
      tools: [tool],
      messages: [
        { role: 'user', content: 'go' },
        { role: 'assistant', content: null, tool_calls: [call('a'), call('b')] },
        { role: 'tool', tool_call_id: 'a', content: 'one' },
        { role: 'user', content: 'and hurry' },
        { role: 'tool', tool_call_id: 'b', content: 'two', is_error: true },
      ],
    };
    const messages = bodyOf(chat)['messages'] as { role: string; content: { type: string }[] }[];
    expect(messages.map(({ role }) => role)).to.deep.equal(['user', 'assistant', 'user']);
    expect(messages[1]?.content).to.deep.equal([
      { type: 'tool_use', id: 'a', name: 'f', input: { a: 1 } },
      { type: 'tool_use', id: 'b', name: 'f', input: { a: 1 } },
    ]);
    expect(messages[2]?.content).to.deep.equal([
      { type: 'tool_result', tool_use_id: 'a', content: 'one' },
      { type: 'tool_result', tool_use_id: 'b', content: 'two', is_error: true },
      { type: 'text', text: 'and hurry' },
    ]);
  });

  it('changes ids that Anthropic would refuse, at the call and at its result alike', () => {
    const chat: Chat = {
      messages: [
        { role: 'assistant', tool_calls: [call('functions.f:0')] },
        { role: 'tool', tool_call_id: 'functions.f:0', content: 'x' },
      ],
    };
    const text = JSON.stringify(bodyOf(chat));
    expect(text).to.contain('"id":"functions_f_0"').and.to.contain('"tool_use_id":"functions_f_0"');
  });

  it('sends images by data and by address, and marks for the cache', () => {
    const chat: Chat = {
      messages: [
        { role: 'system', content: [{ type: 'text', text: 'Long.', cache_control: { type: 'ephemeral', ttl: '1h' } }] },
        {
          role: 'user',
          content: [
            { type: 'image_url', image_url: { url: 'data:image/png;base64,QUJD' } },
            { type: 'image_url', image_url: { url: 'https://a.example/b.png' }, cache_control: { type: 'ephemeral' } },
          ],
        },
      ],
    };
    expect(bodyOf(chat)['system']).to.deep.equal([
      { type: 'text', text: 'Long.', cache_control: { type: 'ephemeral', ttl: '1h' } },
    ]);
    expect((bodyOf(chat)['messages'] as { content: unknown }[])[0]?.content).to.deep.equal([
      { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'QUJD' } },
      { type: 'image', source: { type: 'url', url: 'https://a.example/b.png' }, cache_control: { type: 'ephemeral' } },
    ]);
  });

  it('gives thinking back with its signature, and only Anthropic its own', () => {
    const own = { type: 'thinking', thinking: 't', signature: 's' };
    const chat: Chat = {
      messages: [
        { role: 'assistant', content: 'x', reasoning_details: [own, { type: 'reasoning.encrypted', data: 'd' }] },
      ],
    };
    expect((bodyOf(chat)['messages'] as { content: unknown }[])[0]?.content).to.deep.equal([
      own,
      { type: 'text', text: 'x' },
    ]);
  });

  it('says the effort, and that thinking is off where none is asked for', () => {
    const chat: Chat = { messages: [{ role: 'user', content: 'hi' }] };
    expect(bodyOf(chat, { ...OPTIONS, effort: 'xhigh' })).to.deep.include({
      thinking: { type: 'adaptive' },
      output_config: { effort: 'xhigh' },
    });
    expect(bodyOf(chat, { ...OPTIONS, effort: 'none' })).to.deep.include({ thinking: { type: 'disabled' } });
    const forced = toAnthropicBody({ ...chat, tools: [tool], tool_choice: 'required' }, { ...OPTIONS, effort: 'high' });
    expect(forced.body).to.not.have.property('thinking');
    expect(forced.warnings).to.have.length(1);
  });

  it('says the effort in a body of the caller’s own only where that says nothing of it', () => {
    const chat: Chat = { messages: [{ role: 'user', content: 'hi' }] };
    const format = { type: 'json_schema', schema: {} };
    const own = { messages: [{ role: 'user', content: 'hi' }], max_tokens: 9, output_config: { format } };
    const send = (native: Native) => bodyOf(chat, { ...OPTIONS, effort: 'high', native });
    expect(send({ format: 'anthropic', body: own })).to.deep.include({
      thinking: { type: 'adaptive' },
      output_config: { format, effort: 'high' },
    });
    const thinking = { type: 'enabled', budget_tokens: 1_024 };
    const asked = { ...own, thinking };
    expect(send({ format: 'anthropic', body: asked, thinking: { on: true, effort: 'low' } })).to.deep.equal({
      ...asked,
      model: 'claude-sonnet-5-5',
    });
  });

  it('asks for JSON by schema beside the effort, and warns where it cannot', () => {
    const schema = { type: 'object', properties: { a: { type: 'string' } } };
    const chat: Chat = {
      messages: [{ role: 'user', content: 'hi' }],
      response_format: { type: 'json_schema', json_schema: { name: 'x', schema } },
    };
    expect(bodyOf(chat, { ...OPTIONS, effort: 'low' })['output_config']).to.deep.equal({
      effort: 'low',
      format: { type: 'json_schema', schema },
    });
    expect(toAnthropicBody({ ...chat, response_format: { type: 'json_object' } }, OPTIONS).warnings).to.have.length(1);
  });

  it('turns each choice of tools into its own', () => {
    const chat: Chat = { messages: [{ role: 'user', content: 'hi' }], tools: [tool] };
    const choose = (tool_choice: Chat['tool_choice'], parallel?: boolean) =>
      bodyOf({ ...chat, tool_choice, ...(parallel === undefined ? {} : { parallel_tool_calls: parallel }) })[
        'tool_choice'
      ];
    expect(choose('auto')).to.equal(undefined);
    expect(choose('none')).to.deep.equal({ type: 'none' });
    expect(choose('required', false)).to.deep.equal({ type: 'any', disable_parallel_tool_use: true });
    expect(choose({ type: 'function', function: { name: 'f' } })).to.deep.equal({ type: 'tool', name: 'f' });
    expect(choose('auto', false)).to.deep.equal({ type: 'auto', disable_parallel_tool_use: true });
  });

  it('sends no sampling parameters to a model that refuses them, and clamps what it takes', () => {
    const chat: Chat = { messages: [{ role: 'user', content: 'hi' }], temperature: 1.6, seed: 4, n: 1 };
    const refusing = toAnthropicBody(chat, callOptions({ details: { samplingParams: 'never' } }));
    expect(refusing.body).to.not.have.property('temperature');
    expect(refusing.warnings).to.have.length(2);
    expect(bodyOf(chat)).to.include({ temperature: 1 });
  });

  it('still has a turn of the user when there are instructions only', () => {
    const body = bodyOf({ messages: [{ role: 'system', content: 'Say hi.' }] });
    expect(body['messages']).to.deep.equal([{ role: 'user', content: [{ type: 'text', text: 'Say hi.' }] }]);
    expect(body).to.not.have.property('system');
  });
});

describe('A reply of Anthropic', () => {
  it('has every class of usage', () => {
    expect(fromAnthropicUsage(ANTHROPIC_USAGE)).to.deep.equal({
      input: 25,
      cachedInput: 3_000,
      cacheWrite5m: 200,
      cacheWrite1h: 500,
      output: 410,
      reasoning: 350,
      serviceTier: 'standard',
    });
  });

  it('counts written tokens without a split as those of 5 minutes', () => {
    expect(fromAnthropicUsage({ ...ANTHROPIC_USAGE, cache_creation: null })).to.include({
      cacheWrite5m: 700,
      cacheWrite1h: 0,
    });
  });

  it('becomes text, tool calls and thinking of the neutral form', () => {
    const { completion } = fromAnthropicReply(ANTHROPIC_MESSAGE, NOW);
    expect(completion).to.include({ id: 'msg_1', model: 'claude-sonnet-5-5', created: 1_795_000_000 });
    expect(completion.choices[0]).to.deep.include({
      index: 0,
      finish_reason: 'tool_calls',
      native_finish_reason: 'tool_use',
    });
    expect(completion.choices[0]?.message).to.deep.equal({
      role: 'assistant',
      content: 'Let me look. ☔',
      reasoning: 'Two cities, two calls.',
      tool_calls: [
        { id: 'toolu_a', type: 'function', function: { name: 'get_weather', arguments: '{"city":"Oslo"}' } },
        { id: 'toolu_b', type: 'function', function: { name: 'list_cities', arguments: '{}' } },
      ],
      reasoning_details: [ANTHROPIC_MESSAGE.content[0], ANTHROPIC_MESSAGE.content[1]],
    });
  });

  it('maps every way to stop', async () => {
    const stop = (stop_reason: string) =>
      fromAnthropicReply({ ...ANTHROPIC_TEXT, stop_reason }, NOW).completion.choices[0]?.finish_reason;
    expect(stop('end_turn')).to.equal('stop');
    expect(stop('stop_sequence')).to.equal('stop');
    expect(stop('max_tokens')).to.equal('length');
    expect(stop('model_context_window_exceeded')).to.equal('length');
    expect(stop('pause_turn'), 'sent back as it is, the vendor goes on').to.equal('stop');
    const empty = (stop_reason: string | null) =>
      fromAnthropicReply({ ...ANTHROPIC_TEXT, content: [], stop_reason }, NOW);
    expect(empty('end_turn').completion.choices[0]?.message.content).to.equal('');
    expect(empty('stop_sequence').completion.choices[0]?.finish_reason).to.equal('stop');
    expect((await failureOf(() => empty(null))).kind).to.equal('malformed-reply');
    const refused = fromAnthropicReply(ANTHROPIC_REFUSAL, NOW).completion.choices[0];
    expect(refused?.finish_reason).to.equal('content_filter');
    expect(refused?.message.refusal).to.be.a('string');
  });
});

describe('A stream of Anthropic', () => {
  const start = startAnthropicStream({ now: NOW, model: 'asked' });

  it('gives the same answer and the same usage as the whole message', () => {
    const { state, chunks } = readAll(start, fromAnthropicChunk, ANTHROPIC_STREAM);
    const all = putTogether(chunks);
    const { completion, usage } = fromAnthropicReply(ANTHROPIC_MESSAGE, NOW);
    const message = completion.choices[0]?.message;
    expect(all).to.include({ content: message?.content, reasoning: message?.['reasoning'], finish: 'tool_calls' });
    expect(all.toolCalls).to.deep.equal(message?.tool_calls);
    expect(all.reasoningDetails).to.deep.equal(message?.reasoning_details);
    expect(all.usage).to.deep.equal(usage);
    expect(state).to.include({ finished: true, done: true });
  });

  it('knows what the prompt cost from its first event on', () => {
    const { state } = readAll(start, fromAnthropicChunk, ANTHROPIC_STREAM.slice(0, 4));
    expect(state.usage).to.include({ input: 25, cachedInput: 3_000, cacheWrite1h: 500, output: 1 });
    expect(state.finished).to.equal(false);
  });

  it('is overloaded when a 200 says so inside, and skips what it does not know', async () => {
    const failure = await failureOf(() =>
      readAll(start, fromAnthropicChunk, [{ type: 'ping' }, { type: 'new_thing' }, ANTHROPIC_OVERLOADED]),
    );
    expect(failure).to.include({ kind: 'overloaded', status: 200 });
  });
});
