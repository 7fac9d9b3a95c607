// LangChain's ChatOpenAI, unmodified, with nothing but its base URL changed.
import { HumanMessage, ToolMessage } from '@langchain/core/messages';
import { ChatOpenAI } from '@langchain/openai';
import { expect } from 'chai';
import { MODEL, PERSON, PIXEL, QUESTION, WEATHER, useClientWorld } from '../../support/clientWorld.ts';
import { errorReply } from '../../support/faultProvider.ts';
import { rejectionOf } from '../../support/rejectionOf.ts';
import type { TestRouter } from '../../support/router.ts';
import { until } from '../../support/until.ts';
import { streamFrames, wordsOf } from '../../support/vendorReplies.ts';

const open = ({ url, key }: TestRouter, model = MODEL): ChatOpenAI =>
  new ChatOpenAI({ model, apiKey: key, maxRetries: 0, configuration: { baseURL: `${url}/v1` } });
const weather = {
  type: 'function' as const,
  function: { name: WEATHER.name, description: WEATHER.description, parameters: { ...WEATHER.schema } },
};

const statusOf = async (model: ChatOpenAI): Promise<unknown> =>
  ((await rejectionOf(model.invoke(QUESTION))) as { status?: number }).status;
// The package's own types lose this field under strict optional properties.
const outputTokens = (message: object): number =>
  (message as { usage_metadata?: { output_tokens: number } }).usage_metadata?.output_tokens ?? 0;

describe('LangChain against the router', () => {
  const { good, bad, fault } = useClientWorld();

  it('gets an answer, whole and streamed, with its usage', async () => {
    const whole = await open(good(), 'auto').invoke(QUESTION);
    expect(whole.text).to.include(QUESTION);
    expect(outputTokens(whole)).to.be.greaterThan(0);
    let text = '';
    let tokens = 0;
    for await (const chunk of await open(good()).stream(QUESTION)) {
      text += chunk.text;
      tokens += outputTokens(chunk);
    }
    expect(text).to.include(QUESTION);
    expect(tokens).to.be.greaterThan(0);
  });

  it('runs a tool in two rounds, whole and streamed', async () => {
    const model = open(good()).bindTools([weather]);
    const asked = new HumanMessage(QUESTION);
    const first = await model.invoke([asked]);
    expect(first.tool_calls?.[0]).to.deep.include({ name: WEATHER.name, args: { city: 'simulated' } });
    const result = new ToolMessage({ tool_call_id: first.tool_calls?.[0]?.id ?? '', content: '21 °C' });
    const second = await model.invoke([asked, first, result]);
    expect(second.text.length).to.be.greaterThan(0);
    let joined;
    for await (const chunk of await model.stream([asked])) joined = joined ? joined.concat(chunk) : chunk;
    expect(joined?.tool_calls?.[0]).to.deep.include({ name: WEATHER.name, args: { city: 'simulated' } });
  });

  it('gets an object of the schema that it asked for', async () => {
    const model = open(good()).withStructuredOutput({ title: 'person', ...PERSON }, { method: 'jsonSchema' });
    expect(await model.invoke(QUESTION)).to.have.all.keys('name', 'age');
  });

  it('sends an image to a model that sees', async () => {
    const message = new HumanMessage({
      content: [
        { type: 'text', text: 'What is this?' },
        { type: 'image_url', image_url: { url: `data:image/png;base64,${PIXEL}` } },
      ],
    });
    expect((await open(good(), 'auto').invoke([message])).text).to.include('What is this?');
  });

  it('aborts, and the provider’s call ends with it', async () => {
    const { start, words } = streamFrames('openai', wordsOf(20));
    fault().script('openai', { frames: [...start, ...words], stall: true });
    const stop = new AbortController();
    const reading = (async () => {
      for await (const chunk of await open(bad()).stream(QUESTION, { signal: stop.signal }))
        if (chunk.text.includes('w3')) stop.abort();
    })();
    await reading.catch((error: unknown) => expect(error).to.be.instanceOf(Error));
    await until(() => fault().received[0]?.gone, { what: 'the end of the provider’s call' });
  });

  it('throws errors that say their status', async () => {
    expect(await statusOf(open({ ...good(), key: 'omr_wrong' }))).to.equal(401);
    expect(await statusOf(open(good(), 'no/such'))).to.equal(404);
    fault().script('openai', errorReply(429, 'rate_limit_exceeded', { 'retry-after': '9' }));
    expect(await statusOf(open(bad()))).to.equal(429);
    fault().script('openai', errorReply(500, 'server_error'));
    expect(await statusOf(open(bad()))).to.equal(502);
  });

  it('throws when a stream breaks off in the middle', async () => {
    const { start, words } = streamFrames('openai', wordsOf(20));
    fault().script('openai', { frames: [...start, ...words], cut: true });
    const broken = await rejectionOf(
      (async () => {
        for await (const chunk of await open(bad()).stream(QUESTION)) expect(chunk.text).to.be.a('string');
      })(),
    );
    expect(broken).to.be.instanceOf(Error);
  });
});
