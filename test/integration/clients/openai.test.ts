// The `openai` package, unmodified, with nothing but its base URL changed.
import { expect } from 'chai';
import OpenAI, {
  APIError,
  APIUserAbortError,
  AuthenticationError,
  BadRequestError,
  InternalServerError,
  NotFoundError,
  RateLimitError,
} from 'openai';
import { MODEL, PERSON, PIXEL, QUESTION, WEATHER, useClientWorld } from '../../support/clientWorld.ts';
import { errorReply } from '../../support/faultProvider.ts';
import { rejectionOf } from '../../support/rejectionOf.ts';
import type { TestRouter } from '../../support/router.ts';
import { until } from '../../support/until.ts';
import { streamFrames, wordsOf } from '../../support/vendorReplies.ts';

const messages = [{ role: 'user' as const, content: QUESTION }];
const tools = [
  {
    type: 'function' as const,
    function: { name: WEATHER.name, description: WEATHER.description, parameters: { ...WEATHER.schema } },
  },
];

const open = ({ url, key }: TestRouter, more: object = {}): OpenAI =>
  new OpenAI({ baseURL: `${url}/v1`, apiKey: key, maxRetries: 0, ...more });

describe('the openai package against the router', () => {
  const { good, bad, fault } = useClientWorld();

  it('gets an answer of the model that the router chose, and of the one that it named', async () => {
    const client = open(good());
    const routed = await client.chat.completions.create({ model: 'auto', messages });
    expect(routed.object).to.equal('chat.completion');
    expect(routed.model).to.match(/^\w+\//);
    expect(routed.choices[0]?.message.content).to.include('simulated');
    expect(routed.usage?.total_tokens).to.equal(
      (routed.usage?.prompt_tokens ?? 0) + (routed.usage?.completion_tokens ?? 0),
    );
    expect(Reflect.get(routed, '_request_id')).to.match(/^[\da-f-]{36}$/);
    const named = await client.chat.completions.create({ model: 'gpt-5.4-mini', messages });
    expect(named.model).to.equal(MODEL);
  });

  it('asks for thinking in OpenRouter’s words, whoever answers, and hears no untruth of it', async () => {
    const body = { model: 'anthropic/claude-sonnet-5-5', messages, reasoning: { effort: 'high' } };
    const { response } = await open(bad()).chat.completions.create(body).withResponse();
    expect(fault().received[0]?.body).to.deep.include({ output_config: { effort: 'high' } });
    expect(response.headers.get('x-omni-warnings')).to.equal('');
  });

  it('lists models and finds one', async () => {
    const client = open(good());
    const all = [];
    for await (const model of client.models.list()) all.push(model.id);
    expect(all).to.include(MODEL);
    expect((await client.models.retrieve(MODEL)).id).to.equal(MODEL);
  });

  it('reads a stream to its end, with the count when it asks for it', async () => {
    const stream = await open(good()).chat.completions.create({
      model: MODEL,
      messages,
      stream: true,
      stream_options: { include_usage: true },
    });
    let text = '';
    let usage;
    let finish;
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta.content ?? '';
      finish = chunk.choices[0]?.finish_reason ?? finish;
      usage = chunk.usage ?? usage;
    }
    expect(text).to.include(QUESTION);
    expect(finish).to.equal('stop');
    expect(usage?.completion_tokens).to.be.greaterThan(0);
  });

  // The second takes tools beside its thinking only through the Responses API, the third only there.
  for (const model of [MODEL, 'openai/gpt-5.6-luna', 'openai/gpt-6-astra']) {
    it(`runs a tool of ${model} in two rounds, streamed and whole`, async () => {
      const client = open(good());
      const first = await client.chat.completions.create({ model, messages, tools });
      const call = first.choices[0]?.message.tool_calls?.[0];
      if (call?.type !== 'function') throw new Error('there is no call');
      expect(first.choices[0]?.finish_reason).to.equal('tool_calls');
      expect(JSON.parse(call.function.arguments)).to.deep.equal({ city: 'simulated' });
      const assistant = first.choices[0]?.message;
      if (!assistant) throw new Error('there is no message');
      const second = await client.chat.completions.create({
        model,
        messages: [...messages, assistant, { role: 'tool', tool_call_id: call.id, content: '21 °C' }],
        tools,
      });
      expect(second.choices[0]?.message.content).to.be.a('string');
      const runner = client.chat.completions.stream({ model, messages, tools });
      const streamed = await runner.finalChatCompletion();
      const [again] = streamed.choices[0]?.message.tool_calls ?? [];
      expect(again?.type === 'function' && again.function.name).to.equal(WEATHER.name);
      expect(again?.type === 'function' && JSON.parse(again.function.arguments)).to.deep.equal({ city: 'simulated' });
    });
  }

  it('gets JSON of the schema that it asked for', async () => {
    const answer = await open(good()).chat.completions.create({
      model: 'auto',
      messages,
      response_format: { type: 'json_schema', json_schema: { name: 'person', schema: { ...PERSON }, strict: true } },
    });
    expect(JSON.parse(answer.choices[0]?.message.content ?? '')).to.have.all.keys('name', 'age');
  });

  it('hears which image could not be fetched for a model whose vendor fetches none', async () => {
    const image = { type: 'image_url' as const, image_url: { url: 'http://127.0.0.1:9/a.png' } };
    const content = [{ type: 'text' as const, text: 'What is this?' }, image];
    const asked = { model: 'google/gemini-2.5-flash', messages: [{ role: 'user' as const, content }] };
    const error = await rejectionOf(open(bad()).chat.completions.create(asked));
    expect(error).to.be.instanceOf(BadRequestError);
    expect(error).to.include({ code: 'validation_error', param: 'messages[0].content[1].image_url.url' });
    expect((error as APIError).message).to.include('an image could not be fetched');
    expect(fault().received).to.deep.equal([]);
  });

  it('sends an image to a model that sees', async () => {
    const answer = await open(good()).chat.completions.create({
      model: 'auto',
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'What is this?' },
            { type: 'image_url', image_url: { url: `data:image/png;base64,${PIXEL}` } },
          ],
        },
      ],
    });
    expect(answer.choices[0]?.message.content).to.include('What is this?');
  });

  it('aborts, and the provider’s call ends with it', async () => {
    const { start, words } = streamFrames('openai', wordsOf(20));
    fault().script('openai', { frames: [...start, ...words], stall: true });
    const stream = await open(bad()).chat.completions.create({ model: MODEL, messages, stream: true });
    const aborted = rejectionOf(
      (async () => {
        for await (const chunk of stream) if (chunk.choices[0]?.delta.content === 'w3 ') stream.controller.abort();
        throw new APIUserAbortError();
      })(),
    );
    expect(await aborted).to.be.instanceOf(APIUserAbortError);
    await until(() => fault().received[0]?.gone, { what: 'the end of the provider’s call' });
  });

  it('throws the classes of error that it has for them', async () => {
    const wrongKey = new OpenAI({ baseURL: `${good().url}/v1`, apiKey: 'omr_wrong', maxRetries: 0 });
    expect(await rejectionOf(wrongKey.chat.completions.create({ model: 'auto', messages }))).to.be.instanceOf(
      AuthenticationError,
    );
    const unknown = await rejectionOf(open(good()).chat.completions.create({ model: 'no/such', messages }));
    expect(unknown).to.be.instanceOf(NotFoundError);
    expect((unknown as APIError).code).to.equal('model_not_found');
    fault().script('openai', errorReply(429, 'rate_limit_exceeded', { 'retry-after': '9' }));
    const limited = await rejectionOf(open(bad()).chat.completions.create({ model: MODEL, messages }));
    expect(limited).to.be.instanceOf(RateLimitError);
    expect((limited as APIError).headers?.get('retry-after')).to.equal('9');
    fault().script('openai', errorReply(500, 'server_error'));
    expect(await rejectionOf(open(bad()).chat.completions.create({ model: MODEL, messages }))).to.be.instanceOf(
      InternalServerError,
    );
  });

  it('does not try again what a second try cannot help, and does what it can', async () => {
    const client = open(bad(), { maxRetries: 1 });
    fault().script('openai', errorReply(401, 'invalid_api_key'));
    await rejectionOf(client.chat.completions.create({ model: MODEL, messages }));
    expect(fault().received).to.have.length(1);
    fault().reset();
    fault().script('openai', errorReply(503, 'overloaded'), errorReply(503, 'overloaded'), {});
    const answer = await client.chat.completions.create({ model: MODEL, messages });
    expect(answer.choices[0]?.message.content).to.include('Paris');
  });

  it('throws when a stream breaks off in the middle', async () => {
    const { start, words } = streamFrames('openai', wordsOf(20));
    fault().script('openai', { frames: [...start, ...words], cut: true });
    const stream = await open(bad()).chat.completions.create({ model: MODEL, messages, stream: true });
    let text = '';
    const broken = await rejectionOf(
      (async () => {
        for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
      })(),
    );
    expect(broken).to.be.instanceOf(APIError);
    expect(text).to.equal(wordsOf(20).join(''));
  });
});
