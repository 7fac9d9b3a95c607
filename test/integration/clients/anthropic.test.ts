// Anthropic's own SDK, unmodified, with nothing but its base URL changed: answered by Anthropic's models, and by anybody else's.
import Anthropic, {
  APIError,
  APIUserAbortError,
  AuthenticationError,
  InternalServerError,
  NotFoundError,
  RateLimitError,
} from '@anthropic-ai/sdk';
import { expect } from 'chai';
import { PERSON, PIXEL, QUESTION, WEATHER, useClientWorld } from '../../support/clientWorld.ts';
import { errorReply } from '../../support/faultProvider.ts';
import { rejectionOf } from '../../support/rejectionOf.ts';
import type { TestRouter } from '../../support/router.ts';
import { until } from '../../support/until.ts';
import { frame, streamFrames, wordsOf } from '../../support/vendorReplies.ts';

const CLAUDE = 'anthropic/claude-sonnet-4-6';
const OTHERS = [
  'openai/gpt-5.4-mini',
  'google/gemini-2.5-flash',
  'openrouter/deepseek/deepseek-v4-pro',
  'groq/openai/gpt-oss-120b',
];
const messages = [{ role: 'user' as const, content: QUESTION }];
const tools = [
  { name: WEATHER.name, description: WEATHER.description, input_schema: { ...WEATHER.schema, required: ['city'] } },
];
const max_tokens = 500;

const open = ({ url, key }: TestRouter, more: object = {}): Anthropic =>
  new Anthropic({ baseURL: url, apiKey: key, maxRetries: 0, ...more });

const ask = (client: Anthropic, model = CLAUDE) => rejectionOf(client.messages.create({ model, max_tokens, messages }));

const said = (delta: object, finish: string | null = null) =>
  frame({ id: 'c', created: 1, model: 'm', choices: [{ index: 0, delta, finish_reason: finish }] });

describe('the Anthropic SDK against the router', () => {
  const { good, bad, fault } = useClientWorld();

  for (const model of [CLAUDE, ...OTHERS]) {
    it(`gets an answer of ${model}, whole and streamed`, async () => {
      const client = open(good());
      const whole = await client.messages.create({ model, max_tokens, messages });
      expect(whole).to.include({ type: 'message', role: 'assistant', stop_reason: 'end_turn', model });
      expect(whole.content[0]?.type === 'text' && whole.content[0].text).to.include(QUESTION);
      expect(whole.usage.output_tokens).to.be.greaterThan(0);
      const stream = client.messages.stream({ model, max_tokens, messages });
      let text = '';
      stream.on('text', (piece) => (text += piece));
      const final = await stream.finalMessage();
      expect(final.model).to.equal(model);
      expect(final.content[0]?.type === 'text' && final.content[0].text).to.equal(text);
      expect(text).to.include(QUESTION);
      expect(final.stop_reason).to.equal('end_turn');
      expect(final.usage.output_tokens).to.be.greaterThan(0);
    });

    it(`runs a tool of ${model} in two rounds, whole and streamed`, async () => {
      // The simulated Gemini does not read the field that JSON schemas go in.
      const input = model.startsWith('google/') ? {} : { city: 'simulated' };
      const client = open(good());
      const first = await client.messages.create({ model, max_tokens, messages, tools });
      expect(first.stop_reason).to.equal('tool_use');
      const call = first.content.find(({ type }) => type === 'tool_use');
      if (call?.type !== 'tool_use') throw new Error('there is no call');
      expect(call).to.deep.include({ name: WEATHER.name, input });
      const second = await client.messages.create({
        model,
        max_tokens,
        tools,
        messages: [
          ...messages,
          { role: 'assistant', content: first.content },
          { role: 'user', content: [{ type: 'tool_result', tool_use_id: call.id, content: '21 °C' }] },
        ],
      });
      expect(second.content.some(({ type }) => type === 'text')).to.equal(true);
      const streamed = await client.messages.stream({ model, max_tokens, messages, tools }).finalMessage();
      expect(streamed.stop_reason).to.equal('tool_use');
      expect(streamed.content.find(({ type }) => type === 'tool_use')).to.deep.include({ input });
    });
  }

  it('lets the router choose', async () => {
    const answer = await open(good()).messages.create({ model: 'auto', max_tokens, messages });
    expect(answer.model).to.match(/^\w+\//);
  });

  it('gets JSON of the schema that it asked for', async () => {
    const answer = await open(good()).messages.create({
      model: OTHERS[0] ?? '',
      max_tokens,
      messages,
      output_config: { format: { type: 'json_schema', schema: { ...PERSON } } },
    });
    const [block] = answer.content;
    expect(block?.type === 'text' && JSON.parse(block.text)).to.have.all.keys('name', 'age');
  });

  it('sends an image to a model that sees', async () => {
    const answer = await open(good()).messages.create({
      model: 'auto',
      max_tokens,
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'What is this?' },
            { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PIXEL } },
          ],
        },
      ],
    });
    expect(answer.content[0]?.type === 'text' && answer.content[0].text).to.include('What is this?');
  });

  it('has its own body sent to Anthropic as it came, and its reply brought back as it was', async () => {
    const body = {
      model: CLAUDE,
      max_tokens,
      messages,
      system: [{ type: 'text' as const, text: 'Be brief.', cache_control: { type: 'ephemeral' as const } }],
      thinking: { type: 'adaptive' as const },
      metadata: { user_id: 'u1' },
    };
    const reply = {
      id: 'msg_7',
      type: 'message',
      role: 'assistant',
      model: 'claude-sonnet-4-6-20260101',
      stop_reason: 'stop_sequence',
      stop_sequence: 'END',
      content: [
        { type: 'thinking', thinking: 'hm', signature: 'c2ln' },
        { type: 'text', text: 'Paris', citations: null },
      ],
      usage: { input_tokens: 9, output_tokens: 3, cache_read_input_tokens: 5, cache_creation_input_tokens: 0 },
    };
    fault().script('anthropic', { body: reply });
    const answer = await open(bad()).messages.create(body, { headers: { 'anthropic-beta': 'context-1m' } });
    expect(fault().received[0]?.body).to.deep.equal({ ...body, model: 'claude-sonnet-4-6' });
    expect(fault().received[0]?.headers['anthropic-beta']).to.equal('context-1m');
    expect(answer).to.deep.include({ ...reply, model: CLAUDE });
  });

  it('thinks as it says, and that is what is recorded: no other effort is told of', async () => {
    const body = { model: 'anthropic/claude-sonnet-5', max_tokens: 4_000, messages };
    const thinking = { type: 'enabled' as const, budget_tokens: 2_000 };
    const { response } = await open(bad())
      .messages.create({ ...body, thinking })
      .withResponse();
    expect(fault().received[0]?.body).to.deep.include({ thinking });
    expect(response.headers.get('x-omni-warnings')).to.equal('');
    const events = await bad().eventsOf(response.headers.get('x-request-id') ?? '');
    expect(events.flatMap((event) => (event.type === 'ProviderAttempted' ? [event.data.effort] : []))).to.deep.equal([
      'low',
    ]);
  });

  it('is told which of its fields another vendor’s model did not get', async () => {
    const body = { model: 'openai/gpt-4.1', max_tokens, messages, service_tier: 'standard_only' as const };
    const { response } = await open(good()).messages.create(body).withResponse();
    expect(response.headers.get('x-omni-warnings')).to.match(/^service_tier was not sent: /);
  });

  it('counts tokens, by estimate where nobody else counts', async () => {
    const client = open(bad());
    fault().script('anthropic', { body: { input_tokens: 42 } });
    expect((await client.messages.countTokens({ model: CLAUDE, messages })).input_tokens).to.equal(42);
    expect(fault().received[0]?.path).to.match(/\/v1\/messages\/count_tokens$/);
    fault().script('anthropic', errorReply(500, 'api_error'));
    const { data, response } = await client.messages.countTokens({ model: CLAUDE, messages }).withResponse();
    expect(data.input_tokens).to.be.within(5, 20);
    expect(response.headers.get('x-omni-warnings')).to.include('estimate');
    expect((await client.messages.countTokens({ model: 'auto', messages })).input_tokens).to.be.within(5, 20);
  });

  it('aborts, and the provider’s call ends with it', async () => {
    const { start, words } = streamFrames('anthropic', wordsOf(20));
    fault().script('anthropic', { frames: [...start, ...words], stall: true });
    const stream = open(bad()).messages.stream({ model: CLAUDE, max_tokens, messages });
    stream.on('text', (text) => text === 'w3 ' && stream.abort());
    expect(await rejectionOf(stream.finalMessage())).to.be.instanceOf(APIUserAbortError);
    await until(() => fault().received[0]?.gone, { what: 'the end of the provider’s call' });
  });

  it('puts a streamed call together, whatever its vendor says in the middle of it', async () => {
    const part = (more: object) => said({ tool_calls: [{ index: 0, ...more }] });
    const frames = [
      part({ id: 'call_1', type: 'function', function: { name: WEATHER.name, arguments: '{"city":' } }),
      said({ content: 'One moment.' }),
      part({ function: { arguments: '"Oslo"}' } }),
      said({}, 'tool_calls'),
      'data: [DONE]\n\n',
    ];
    fault().script('openai', { frames });
    const stream = open(bad()).messages.stream({ model: OTHERS[0] ?? '', max_tokens, messages, tools });
    const { content } = await stream.finalMessage();
    expect(content.map((block) => (block.type === 'tool_use' ? block.input : block.type))).to.deep.equal([
      { city: 'Oslo' },
      'text',
    ]);
  });

  it('throws the classes of error that it has for them', async () => {
    expect(await ask(open({ ...good(), key: 'omr_wrong' }))).to.be.instanceOf(AuthenticationError);
    const unknown = await ask(open(good()), 'no-such-model');
    expect(unknown).to.be.instanceOf(NotFoundError);
    expect((unknown as APIError).error).to.have.nested.property('error.type', 'not_found_error');
    fault().script('anthropic', errorReply(429, 'rate_limit_error', { 'retry-after': '9' }));
    const limited = await ask(open(bad()));
    expect(limited).to.be.instanceOf(RateLimitError);
    expect((limited as APIError).headers?.get('retry-after')).to.equal('9');
    fault().script('anthropic', errorReply(500, 'api_error'));
    expect(await ask(open(bad()))).to.be.instanceOf(InternalServerError);
  });

  it('throws when a stream breaks off in the middle', async () => {
    for (const vendor of ['anthropic', 'openai'] as const) {
      const { start, words } = streamFrames(vendor, wordsOf(20));
      fault().script(vendor, { frames: [...start, ...words], cut: true });
      const model = vendor === 'anthropic' ? CLAUDE : (OTHERS[0] ?? '');
      const broken = await rejectionOf(open(bad()).messages.stream({ model, max_tokens, messages }).finalMessage());
      expect(broken, vendor).to.be.instanceOf(APIError);
      expect((broken as APIError).message).to.include('failed');
    }
  });
});
