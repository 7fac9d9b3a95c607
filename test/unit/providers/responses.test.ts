// OpenAI's Responses API behind the same contract: who is sent there, what is sent, and what comes back, whole and streamed.
import { expect } from 'chai';
import OpenAI from 'openai';
import { type Chat, type Effort, toFunctionCall } from '../../../src/domain/chat.ts';
import { type HttpPool, openHttpPool } from '../../../src/providers/http.ts';
import { createOpenAi } from '../../../src/providers/openai.ts';
import { toResponsesBody } from '../../../src/providers/wire/responsesRequest.ts';
import { toOpenAiBody } from '../../../src/providers/wire/openaiRequest.ts';
import {
  RESPONSES_CUT,
  RESPONSES_FAILED,
  RESPONSES_STREAM,
  RESPONSES_TEXT,
  RESPONSES_TOOLS,
  RESPONSES_TOOL_STREAM,
} from '../../fixtures/wire/responses.ts';
import { callOptions } from '../../support/callOptions.ts';
import { collectStream } from '../../support/collectStream.ts';
import { failureOf } from '../../support/failureOf.ts';
import { type WireServer, openWireServer, sendJson, sendSse } from '../../support/wireServer.ts';

const TOOLS = [{ type: 'function', function: { name: 'get_weather', parameters: { type: 'object' } } }];
const CHAT: Chat = { messages: [{ role: 'user', content: 'The weather in Oslo and Rome?' }], tools: TOOLS };
const through = (toolsThrough: 'responses' | 'chat_without_reasoning', effort?: Effort) =>
  callOptions({ details: { toolsThrough, efforts: ['none', 'low'] }, effort });
const ONLY = through('responses', 'low');
const sse = (events: readonly { type: string }[]): string =>
  events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join('');

describe('the Responses API', () => {
  let pool: HttpPool;
  let server: WireServer;
  let reply: unknown;
  beforeEach(async () => {
    pool = openHttpPool(Date.now);
    server = await openWireServer((response, { body }) => {
      if (body['stream']) sendSse(response, sse(reply as { type: string }[]));
      else sendJson(response, reply);
    });
  });
  afterEach(async () => {
    await server.close();
    await pool.close();
  });
  const provider = () => createOpenAi({ apiKey: 'k', baseUrl: `${server.url}/v1`, pool });

  it('is asked by models that take tools, or tools beside thinking, only there', async () => {
    reply = RESPONSES_TOOLS;
    await provider().complete(CHAT, ONLY);
    await provider().complete(CHAT, through('chat_without_reasoning', 'low'));
    // A model that is named has no effort: it thinks as much as its vendor has it do.
    await provider().complete(CHAT, through('chat_without_reasoning'));
    reply = { id: 'c', choices: [{ message: { content: 'x' }, finish_reason: 'stop' }] };
    await provider().complete(CHAT, through('chat_without_reasoning', 'none'));
    await provider().complete({ messages: CHAT.messages }, ONLY);
    expect(server.asked.map(({ path }) => path)).to.deep.equal([
      '/v1/responses',
      '/v1/responses',
      '/v1/responses',
      '/v1/chat/completions',
      '/v1/chat/completions',
    ]);
  });

  it('answers with calls of tools, thinking and every class of usage', async () => {
    reply = RESPONSES_TOOLS;
    const { completion, usage, servedModel } = await provider().complete(CHAT, ONLY);
    const [choice] = completion.choices;
    expect(servedModel).to.equal('gpt-6-astra-2026-09-01');
    expect(choice?.finish_reason).to.equal('tool_calls');
    expect(choice?.message.tool_calls?.map((call) => [call.id, toFunctionCall(call).function.arguments])).to.deep.equal(
      [
        ['call_0', '{"city":"Oslo"}'],
        ['call_1', '{"city":"Rome"}'],
      ],
    );
    expect(choice?.message['reasoning']).to.equal('They ask for two cities.');
    expect(usage).to.deep.equal({
      input: 250,
      cachedInput: 800,
      cacheWrite5m: 150,
      cacheWrite1h: 0,
      output: 340,
      reasoning: 300,
      serviceTier: 'default',
    });
  });

  it('streams the same as it answers whole, as the vendor’s own accumulator reads it', async () => {
    for (const [events, whole] of [
      [RESPONSES_STREAM, RESPONSES_TEXT],
      [RESPONSES_TOOL_STREAM, RESPONSES_TOOLS],
    ] as const) {
      reply = whole;
      const { completion, usage } = await provider().complete(CHAT, ONLY);
      const message = completion.choices[0]?.message;
      reply = events;
      const all = await collectStream(provider().stream(CHAT, ONLY));
      expect(all.content).to.equal(message?.content ?? '');
      expect(all.toolCalls).to.deep.equal(message?.tool_calls ?? []);
      expect(all.reasoning).to.equal(message?.['reasoning']);
      expect(all.reasoningDetails).to.deep.equal(message?.reasoning_details);
      expect(all.finish).to.equal(completion.choices[0]?.finish_reason);
      expect(all.usage).to.deep.equal(usage);
      const client = new OpenAI({ apiKey: 'k', baseURL: `${server.url}/v1`, maxRetries: 0 });
      const theirs = await client.responses.stream({ model: 'm', input: 'x' }).finalResponse();
      const parts = theirs.output.flatMap((item) => (item.type === 'message' ? item.content : []));
      const text = parts.map((part) => (part.type === 'output_text' ? part.text : '')).join('');
      expect(text).to.equal(all.content);
    }
  });

  it('gets its own thinking back unchanged, and nobody else does', async () => {
    reply = RESPONSES_TOOLS;
    const { completion } = await provider().complete(CHAT, ONLY);
    const message = completion.choices[0]?.message;
    if (!message?.tool_calls) throw new Error('there are no calls');
    const second: Chat = {
      ...CHAT,
      messages: [
        ...CHAT.messages,
        { ...message, tool_calls: [...message.tool_calls], reasoning_details: [...(message.reasoning_details ?? [])] },
        { role: 'tool', tool_call_id: 'call_0', content: '3 °C' },
        { role: 'tool', tool_call_id: 'call_1', content: '20 °C' },
      ],
    };
    await provider().complete(second, ONLY);
    expect(server.asked[1]?.body['input']).to.deep.equal([
      { role: 'user', content: [{ type: 'input_text', text: 'The weather in Oslo and Rome?' }] },
      RESPONSES_TOOLS.output[0],
      { type: 'function_call', call_id: 'call_0', name: 'get_weather', arguments: '{"city":"Oslo"}' },
      { type: 'function_call', call_id: 'call_1', name: 'get_weather', arguments: '{"city":"Rome"}' },
      { type: 'function_call_output', call_id: 'call_0', output: '3 °C' },
      { type: 'function_call_output', call_id: 'call_1', output: '20 °C' },
    ]);
    const dialect = {
      vendor: 'OpenAI',
      refuses: [],
      reasoning: 'none',
      takesCacheControl: false,
      takesAllowedTools: true,
      limitField: 'max_completion_tokens',
      effortField: 'reasoning_effort',
    } as const;
    expect(JSON.stringify(toOpenAiBody(second, callOptions(), dialect).body)).not.to.include('Z2VoZWlt');
  });

  it('is sent the whole request, and tells what it has nothing like', () => {
    const chat: Chat = {
      ...CHAT,
      max_tokens: 500,
      tool_choice: { type: 'function', function: { name: 'get_weather' } },
      parallel_tool_calls: false,
      response_format: { type: 'json_schema', json_schema: { name: 'w', schema: { type: 'object' }, strict: true } },
      temperature: 0.5,
      stop: 'END',
      seed: 7,
      messages: [
        { role: 'developer', content: 'Be brief.', name: 'boss' },
        { role: 'user', content: [{ type: 'image_url', image_url: { url: 'https://example.com/a.png' } }] },
      ],
    };
    const { body, warnings } = toResponsesBody(chat, ONLY);
    expect(body).to.deep.include({
      model: 'model-1',
      store: false,
      max_output_tokens: 500,
      tool_choice: { type: 'function', name: 'get_weather' },
      parallel_tool_calls: false,
      text: { format: { type: 'json_schema', name: 'w', schema: { type: 'object' }, strict: true } },
      reasoning: { effort: 'low', summary: 'auto' },
      tools: [{ type: 'function', name: 'get_weather', parameters: { type: 'object' }, strict: false }],
      temperature: 0.5,
    });
    expect(body['input']).to.deep.equal([
      { role: 'developer', content: [{ type: 'input_text', text: 'Be brief.' }] },
      { role: 'user', content: [{ type: 'input_image', image_url: 'https://example.com/a.png', detail: 'auto' }] },
    ]);
    expect(warnings.map((text) => text.split(' ')[0])).to.have.members(['seed', 'stop', 'name']);
  });

  it('is told which tools may be used as it wants to hear it: flat', () => {
    const grammar = { syntax: 'regex', definition: '^select' } as const;
    const custom = { type: 'custom', custom: { name: 'run_sql', format: { type: 'grammar', grammar } } };
    const chat: Chat = { ...CHAT, tools: [...TOOLS, custom] };
    const choose = (tool_choice: Chat['tool_choice']) => toResponsesBody({ ...chat, tool_choice }, ONLY).body;
    const names = [
      { type: 'function', function: { name: 'get_weather' } },
      { type: 'custom', custom: { name: 'run_sql' } },
    ];
    const flat = [
      { type: 'function', name: 'get_weather' },
      { type: 'custom', name: 'run_sql' },
    ] as const;
    const allowed = { type: 'allowed_tools', allowed_tools: { mode: 'auto', tools: names } };
    const theirs = {
      type: 'allowed_tools',
      mode: 'auto',
      tools: [...flat],
    } satisfies OpenAI.Responses.ToolChoiceAllowed;
    expect(choose(allowed)['tool_choice']).to.deep.equal(theirs);
    expect(names.map((name) => choose(name)['tool_choice'])).to.deep.equal(flat);
    expect((choose('auto')['tools'] as unknown[])[1]).to.deep.equal({
      type: 'custom',
      name: 'run_sql',
      format: { type: 'grammar', ...grammar },
    } satisfies OpenAI.Responses.CustomTool);
  });

  it('that was cut off ends with length, and one that failed is a failure, whole and streamed', async () => {
    reply = RESPONSES_CUT;
    expect((await provider().complete(CHAT, ONLY)).completion.choices[0]?.finish_reason).to.equal('length');
    reply = RESPONSES_FAILED;
    expect((await failureOf(provider().complete(CHAT, ONLY))).kind).to.equal('server-error');
    reply = [RESPONSES_STREAM[0], { type: 'response.failed', response: RESPONSES_FAILED }];
    expect((await failureOf(collectStream(provider().stream(CHAT, ONLY)))).kind).to.equal('server-error');
    reply = [RESPONSES_STREAM[0], { type: 'error', code: 'rate_limit_exceeded', message: 'slow down' }];
    expect((await failureOf(collectStream(provider().stream(CHAT, ONLY)))).kind).to.equal('rate-limited');
    reply = RESPONSES_STREAM.slice(0, -1);
    expect((await failureOf(collectStream(provider().stream(CHAT, ONLY)))).kind).to.equal('stream-cut');
  });

  it('takes and gives tools of plain text, here and in Chat Completions', async () => {
    const custom = { type: 'custom', custom: { name: 'run_sql', description: 'runs it' } };
    const made = { id: 'call_9', type: 'custom' as const, custom: { name: 'run_sql', input: 'select 1' } };
    const chat: Chat = {
      tools: [custom],
      messages: [
        { role: 'user', content: 'one?' },
        { role: 'assistant', content: null, tool_calls: [made] },
        { role: 'tool', tool_call_id: 'call_9', content: '1' },
      ],
    };
    const item = { type: 'custom_tool_call', call_id: 'call_9', name: 'run_sql', input: 'select 1' };
    reply = { ...RESPONSES_TOOLS, output: [item] };
    const { completion } = await provider().complete(chat, ONLY);
    expect(completion.choices[0]?.message.tool_calls).to.deep.equal([made]);
    expect(server.asked[0]?.body['tools']).to.deep.equal([{ type: 'custom', name: 'run_sql', description: 'runs it' }]);
    expect(server.asked[0]?.body['input']).to.have.deep.members([
      { role: 'user', content: [{ type: 'input_text', text: 'one?' }] },
      item,
      { type: 'custom_tool_call_output', call_id: 'call_9', output: '1' },
    ]);
    const added = { type: 'response.output_item.added', output_index: 0, item: { ...item, input: '' } };
    const input = { type: 'response.custom_tool_call_input.delta', output_index: 0, delta: 'select 1' };
    reply = [
      RESPONSES_STREAM[0],
      added,
      input,
      { type: 'response.completed', response: { ...RESPONSES_TOOLS, output: [item] } },
    ];
    const { chunks } = await collectStream(provider().stream(chat, ONLY));
    const deltas = chunks.flatMap((chunk) => (chunk.kind === 'delta' ? chunk.choices : []));
    expect(deltas.flatMap(({ delta }) => delta['tool_calls'] ?? [])).to.deep.equal([
      { index: 0, id: 'call_9', type: 'custom', custom: { name: 'run_sql', input: '' } },
      { index: 0, custom: { input: 'select 1' } },
    ]);
    reply = { id: 'c', choices: [{ message: { content: null, tool_calls: [made] }, finish_reason: 'tool_calls' }] };
    const plain = await provider().complete(chat, callOptions());
    expect(plain.completion.choices[0]?.message.tool_calls).to.deep.equal([made]);
    expect(server.asked.at(-1)?.body).to.deep.include({ tools: [custom], messages: chat.messages });
  });
});
