// Gemini's format, both ways.
import { expect } from 'chai';
import { type Chat, type ToolCall, toFunctionCall } from '../../../src/domain/chat.ts';
import { fromGeminiReply, fromGeminiUsage } from '../../../src/providers/wire/gemini.ts';
import { fromGeminiChunk, startGeminiStream } from '../../../src/providers/wire/geminiChunks.ts';
import { toGeminiBody } from '../../../src/providers/wire/geminiRequest.ts';
import {
  GEMINI_BLOCKED,
  GEMINI_MALFORMED_CALL,
  GEMINI_QUOTA,
  GEMINI_STREAM,
  GEMINI_TEXT,
  GEMINI_TOOLS,
  GEMINI_USAGE,
} from '../../fixtures/wire/gemini.ts';
import { callOptions } from '../../support/callOptions.ts';
import { putTogether } from '../../support/collectStream.ts';
import { failureOf } from '../../support/failureOf.ts';
import { readAll } from '../../support/readAll.ts';

const OPTIONS = callOptions({ provider: 'google', modelName: 'gemini-3.8-flash' });
const CONTEXT = { now: 1_795_000_000_000, model: 'asked', requestId: 'req' };
const bodyOf = (chat: Chat, options = OPTIONS) => toGeminiBody(chat, options).body;
const ask: Chat = { messages: [{ role: 'user', content: 'hi' }] };

const partsOf = (tool_calls: readonly ToolCall[], options = OPTIONS) =>
  (
    bodyOf({ messages: [{ role: 'assistant', tool_calls: [...tool_calls] }] }, options)['contents'] as {
      parts: unknown;
    }[]
  )[0]?.parts;

const thinkingOf = (effort: 'none' | 'low' | 'max', modelName = 'gemini-3.8-flash') =>
  (bodyOf(ask, callOptions({ modelName, effort }))['generationConfig'] as Record<string, unknown>)['thinkingConfig'];

const think = (max_tokens: number, modelName = 'gemini-2.5-pro') =>
  toGeminiBody({ ...ask, reasoning: { max_tokens } }, callOptions({ modelName, effort: 'low' }));

describe('A request to Gemini', () => {
  it('has the system apart, roles of its own and its own names for limits', () => {
    const chat: Chat = {
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'hi' },
        { role: 'assistant', content: 'hello' },
        { role: 'user', content: 'again' },
      ],
      max_tokens: 9,
      temperature: 0.2,
      top_p: 0.5,
      stop: 'END',
      presence_penalty: 0.1,
    };
    expect(bodyOf(chat)).to.deep.equal({
      systemInstruction: { parts: [{ text: 'Be brief.' }] },
      contents: [
        { role: 'user', parts: [{ text: 'hi' }] },
        { role: 'model', parts: [{ text: 'hello' }] },
        { role: 'user', parts: [{ text: 'again' }] },
      ],
      generationConfig: {
        maxOutputTokens: 9,
        temperature: 0.2,
        topP: 0.5,
        stopSequences: ['END'],
        presencePenalty: 0.1,
      },
    });
  });

  it('sends JSON schemas in the fields that take all of JSON schema', () => {
    const schema = { type: 'object', properties: {}, additionalProperties: false };
    const body = bodyOf({
      ...ask,
      tools: [{ type: 'function', function: { name: 'f', parameters: schema } }],
      response_format: { type: 'json_schema', json_schema: { name: 'x', schema } },
    });
    expect(body['tools']).to.deep.equal([{ functionDeclarations: [{ name: 'f', parametersJsonSchema: schema }] }]);
    expect(body['generationConfig']).to.deep.equal({
      responseMimeType: 'application/json',
      responseJsonSchema: schema,
    });
    expect(bodyOf({ ...ask, response_format: { type: 'json_object' } })['generationConfig']).to.deep.equal({
      responseMimeType: 'application/json',
    });
  });

  it('gives a signature back on its call, and marks calls that another model made', () => {
    const calls = fromGeminiReply(GEMINI_TOOLS, CONTEXT).completion.choices[0]?.message.tool_calls ?? [];
    expect(partsOf(calls.map(toFunctionCall))).to.deep.equal([
      { functionCall: { id: 'call_req-0', name: 'get_weather', args: { city: 'Oslo' } }, thoughtSignature: 'c2lnbmVk' },
      { functionCall: { id: 'own-id', name: 'get_weather', args: { city: 'Rome' } } },
    ]);
    const foreign: ToolCall = { id: 'c', type: 'function', function: { name: 'f', arguments: '{}' } };
    expect(JSON.stringify(partsOf([foreign]))).to.contain('skip_thought_signature_validator');
    const older = callOptions({ provider: 'google', modelName: 'gemini-2.5-flash' });
    expect(JSON.stringify(partsOf([foreign], older))).to.not.contain('thoughtSignature');
  });

  it('names the function of a result from the call that it answers', () => {
    const chat: Chat = {
      messages: [
        { role: 'assistant', tool_calls: [{ id: 'c1', type: 'function', function: { name: 'f', arguments: '{}' } }] },
        { role: 'tool', tool_call_id: 'c1', content: '{"ok":true}' },
        { role: 'tool', tool_call_id: 'c1', content: 'plain' },
        { role: 'tool', tool_call_id: 'c1', content: 'bad', is_error: true },
      ],
    };
    expect((bodyOf(chat)['contents'] as { parts: unknown[] }[])[1]?.parts).to.deep.equal([
      { functionResponse: { id: 'c1', name: 'f', response: { ok: true } } },
      { functionResponse: { id: 'c1', name: 'f', response: { result: 'plain' } } },
      { functionResponse: { id: 'c1', name: 'f', response: { error: 'bad' } } },
    ]);
  });

  it('sends images by data and by address', () => {
    const content = ['data:image/webp;base64,QUJD', 'https://a.example/b.png?c=1'].map((url) => ({
      type: 'image_url',
      image_url: { url },
    }));
    expect(
      (bodyOf({ messages: [{ role: 'user', content }] })['contents'] as { parts: unknown }[])[0]?.parts,
    ).to.deep.equal([
      { inlineData: { mimeType: 'image/webp', data: 'QUJD' } },
      { fileData: { fileUri: 'https://a.example/b.png?c=1', mimeType: 'image/png' } },
    ]);
  });

  it('says the effort as a level, and as a budget to the family that has no levels', () => {
    expect(thinkingOf('low')).to.deep.equal({ thinkingLevel: 'LOW' });
    expect(thinkingOf('max')).to.deep.equal({ thinkingLevel: 'HIGH' });
    expect(thinkingOf('none')).to.deep.equal({ thinkingBudget: 0 });
    expect(thinkingOf('low', 'gemini-2.5-pro')).to.deep.equal({ thinkingBudget: 1_024 });
  });

  it('says the number of tokens that a caller names, within what every model of that family takes', () => {
    expect(think(1_717).body['generationConfig']).to.deep.include({ thinkingConfig: { thinkingBudget: 1_717 } });
    expect(think(1_717).warnings).to.deep.equal([]);
    for (const { body, warnings } of [think(90_000), think(1_717, 'gemini-3.8-flash')]) {
      expect(JSON.stringify(body)).to.match(/"thinkingBudget":1024|"LOW"/);
      expect(warnings).to.have.length(1);
    }
  });

  it('warns of what it has no word for', () => {
    expect(toGeminiBody({ ...ask, n: 2, user: 'u', logprobs: false }, OPTIONS).warnings).to.have.length(2);
  });
});

describe('A reply of Gemini', () => {
  it('bills thoughts as output beside the candidates, and tool prompts as input', () => {
    expect(fromGeminiUsage(GEMINI_USAGE)).to.deep.equal({
      input: 418,
      cachedInput: 512,
      cacheWrite5m: 0,
      cacheWrite1h: 0,
      output: 300,
      reasoning: 260,
    });
  });

  it('becomes text without its thoughts', () => {
    const { completion } = fromGeminiReply(GEMINI_TEXT, CONTEXT);
    expect(completion).to.include({ id: 'resp-1', model: 'gemini-3.8-flash' });
    expect(completion.choices[0]?.message).to.deep.equal({
      role: 'assistant',
      content: 'Rain in Oslo ☔',
      reasoning: 'Think first.',
    });
    expect(completion.choices[0]?.finish_reason).to.equal('stop');
  });

  it('becomes tool calls with ids and with the signature', () => {
    const [choice] = fromGeminiReply(GEMINI_TOOLS, CONTEXT).completion.choices;
    expect(choice?.finish_reason).to.equal('tool_calls');
    expect(choice?.message.tool_calls).to.deep.equal([
      {
        id: 'call_req-0',
        type: 'function',
        function: { name: 'get_weather', arguments: '{"city":"Oslo"}' },
        extra_content: { google: { thought_signature: 'c2lnbmVk' } },
      },
      { id: 'own-id', type: 'function', function: { name: 'get_weather', arguments: '{"city":"Rome"}' } },
    ]);
  });

  it('is refused when the prompt was blocked, and malformed when it broke its own call', async () => {
    const blocked = await failureOf(() => fromGeminiReply(GEMINI_BLOCKED, CONTEXT));
    expect(blocked).to.include({ kind: 'refused', code: 'PROHIBITED_CONTENT' });
    expect(blocked.usage).to.include({ input: 12 });
    expect((await failureOf(() => fromGeminiReply(GEMINI_MALFORMED_CALL, CONTEXT))).kind).to.equal('malformed-reply');
    expect((await failureOf(() => fromGeminiReply({}, CONTEXT))).kind).to.equal('malformed-reply');
  });
});

describe('A stream of Gemini', () => {
  const start = startGeminiStream(CONTEXT);

  it('gives the same answer as the whole one, and the last count', () => {
    const { state, chunks } = readAll(start, fromGeminiChunk, GEMINI_STREAM);
    const all = putTogether(chunks);
    expect(all).to.include({
      content: 'Rain in Oslo ☔',
      reasoning: 'Think first.',
      finish: 'stop',
      model: 'gemini-3.8-flash',
    });
    expect(all.usage).to.deep.equal(fromGeminiUsage(GEMINI_USAGE));
    expect(state.finished).to.equal(true);
  });

  it('numbers calls through events, with the ids of the whole answer', () => {
    const [whole] = GEMINI_TOOLS.candidates;
    const events = (whole?.content.parts ?? []).map((part, at) => ({
      candidates: [{ content: { parts: [part] }, ...(at === 1 ? { finishReason: 'STOP' } : {}) }],
    }));
    const all = putTogether(readAll(start, fromGeminiChunk, events).chunks);
    expect(all.toolCalls).to.deep.equal(
      fromGeminiReply(GEMINI_TOOLS, CONTEXT).completion.choices[0]?.message.tool_calls,
    );
    expect(all.finish).to.equal('tool_calls');
  });

  it('is a failure at an error, alone or in an array, and at a blocked prompt', async () => {
    for (const event of [GEMINI_QUOTA, [GEMINI_QUOTA]]) {
      expect(await failureOf(() => readAll(start, fromGeminiChunk, [event]))).to.include({
        kind: 'rate-limited',
        retryAfterMs: 34_500,
      });
    }
    expect((await failureOf(() => readAll(start, fromGeminiChunk, [GEMINI_BLOCKED]))).kind).to.equal('refused');
  });
});
