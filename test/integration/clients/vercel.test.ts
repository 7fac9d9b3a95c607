// Vercel's `ai` package with its adapter for OpenAI-compatible servers, unmodified.
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { APICallError, Output, generateText, jsonSchema, stepCountIs, streamText, tool } from 'ai';
import { expect } from 'chai';
import { MODEL, PERSON, PIXEL, QUESTION, WEATHER, useClientWorld } from '../../support/clientWorld.ts';
import { errorReply } from '../../support/faultProvider.ts';
import { rejectionOf } from '../../support/rejectionOf.ts';
import type { TestRouter } from '../../support/router.ts';
import { until } from '../../support/until.ts';
import { streamFrames, wordsOf } from '../../support/vendorReplies.ts';

const open = ({ url, key }: TestRouter, model = MODEL) =>
  createOpenAICompatible({
    name: 'omni',
    baseURL: `${url}/v1`,
    apiKey: key,
    includeUsage: true,
    supportsStructuredOutputs: true,
  })(model);
const weather = tool({
  description: WEATHER.description,
  inputSchema: jsonSchema<{ city: string }>({ ...WEATHER.schema, required: ['city'] }),
  execute: async () => '21 °C',
});

const ask = async (router: TestRouter, model = MODEL): Promise<APICallError> => {
  const error = await rejectionOf(generateText({ model: open(router, model), prompt: QUESTION, maxRetries: 0 }));
  if (!APICallError.isInstance(error)) throw error;
  return error;
};

describe('the ai package against the router', () => {
  const { good, bad, fault } = useClientWorld();

  it('gets an answer, whole and streamed, with its usage', async () => {
    const whole = await generateText({ model: open(good(), 'auto'), prompt: QUESTION });
    expect(whole.text).to.include(QUESTION);
    expect(whole.finishReason).to.equal('stop');
    expect(whole.usage.outputTokens).to.be.greaterThan(0);
    const streamed = streamText({ model: open(good()), prompt: QUESTION });
    let text = '';
    for await (const piece of streamed.textStream) text += piece;
    expect(text).to.include(QUESTION);
    expect((await streamed.usage).outputTokens).to.be.greaterThan(0);
  });

  it('runs a tool in two rounds, whole and streamed', async () => {
    const settings = { prompt: QUESTION, tools: { [WEATHER.name]: weather }, stopWhen: stepCountIs(3) };
    const whole = await generateText({ model: open(good()), ...settings });
    expect(whole.steps).to.have.length(2);
    expect(whole.steps[0]?.toolCalls[0]?.input).to.deep.equal({ city: 'simulated' });
    const streamed = streamText({ model: open(good()), ...settings });
    await streamed.consumeStream();
    expect(await streamed.steps).to.have.length(2);
    expect((await streamed.text).length).to.be.greaterThan(0);
  });

  it('gets an object of the schema that it asked for', async () => {
    const { output } = await generateText({
      model: open(good()),
      prompt: QUESTION,
      output: Output.object({ schema: jsonSchema({ ...PERSON }) }),
    });
    expect(output).to.have.all.keys('name', 'age');
  });

  it('sends an image to a model that sees', async () => {
    const { text } = await generateText({
      model: open(good(), 'auto'),
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'What is this?' },
            { type: 'image', image: Buffer.from(PIXEL, 'base64') },
          ],
        },
      ],
    });
    expect(text).to.include('What is this?');
  });

  it('aborts, and the provider’s call ends with it', async () => {
    const { start, words } = streamFrames('openai', wordsOf(20));
    fault().script('openai', { frames: [...start, ...words], stall: true });
    const stop = new AbortController();
    const streamed = streamText({
      model: open(bad()),
      prompt: QUESTION,
      abortSignal: stop.signal,
      onError: () => undefined,
    });
    for await (const piece of streamed.textStream) if (piece.includes('w3')) stop.abort();
    await until(() => fault().received[0]?.gone, { what: 'the end of the provider’s call' });
  });

  it('throws an error that says status and whether to try again', async () => {
    expect((await ask({ ...good(), key: 'omr_wrong' })).statusCode).to.equal(401);
    expect((await ask(good(), 'no/such')).statusCode).to.equal(404);
    fault().script('openai', errorReply(429, 'rate_limit_exceeded', { 'retry-after': '9' }));
    const limited = await ask(bad());
    expect(limited).to.include({ statusCode: 429, isRetryable: true });
    expect(limited.responseHeaders?.['retry-after']).to.equal('9');
    fault().script('openai', errorReply(500, 'server_error'));
    expect((await ask(bad())).statusCode).to.equal(502);
  });

  it('hears of a stream that breaks off in the middle', async () => {
    const { start, words } = streamFrames('openai', wordsOf(20));
    fault().script('openai', { frames: [...start, ...words], cut: true });
    const errors: unknown[] = [];
    const streamed = streamText({
      model: open(bad()),
      prompt: QUESTION,
      onError: ({ error }) => void errors.push(error),
    });
    await streamed.consumeStream();
    expect(errors).to.have.length(1);
  });
});
