// The written-down streams through the vendors' own SDKs: what their accumulators make of them is what we make of them. So a
// fixture that a vendor could not send does not prove anything here unnoticed.
import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import { expect } from 'chai';
import Groq from 'groq-sdk';
import OpenAI from 'openai';
import { ANTHROPIC_MESSAGE, ANTHROPIC_STREAM } from '../../fixtures/wire/anthropic.ts';
import { GEMINI_STREAM, GEMINI_TEXT } from '../../fixtures/wire/gemini.ts';
import { GROQ_STREAM, GROQ_TEXT } from '../../fixtures/wire/groq.ts';
import { OPENAI_STREAM, OPENAI_TEXT, OPENAI_TOOLS, OPENAI_TOOL_STREAM } from '../../fixtures/wire/openai.ts';
import { openProviders } from '../../../src/providers/registry.ts';
import { PROVIDERS, type ProviderName } from '../../../src/domain/catalog.ts';
import { callOptions } from '../../support/callOptions.ts';
import { type Collected, collectStream } from '../../support/collectStream.ts';
import { type WireServer, openWireServer, sendSse, toSse } from '../../support/wireServer.ts';

const messages = [{ role: 'user' as const, content: 'hi' }];

async function ours(name: ProviderName, baseUrl: string): Promise<Collected> {
  const one = { apiKeys: ['k'], baseUrl };
  const settings = Object.fromEntries(PROVIDERS.map((each) => [each, one])) as Record<ProviderName, typeof one>;
  const providers = openProviders(settings, Date.now);
  try {
    const provider = providers.byName.get(name);
    if (!provider) throw new Error(`${name} was not opened`);
    return await collectStream(provider.stream({ messages }, callOptions({ provider: name })));
  } finally {
    await providers.close();
  }
}

describe("The vendors' own SDKs", () => {
  let server: WireServer;
  afterEach(() => server.close());

  const serve = async (events: readonly unknown[], kind: 'openai' | 'anthropic' | 'gemini'): Promise<string> => {
    server = await openWireServer((response) => sendSse(response, toSse(events, kind)));
    return server.url;
  };
  it('agree about a stream of OpenAI', async () => {
    const url = await serve(OPENAI_STREAM, 'openai');
    const client = new OpenAI({ apiKey: 'k', baseURL: `${url}/v1`, maxRetries: 0 });
    const theirs = await client.chat.completions.stream({ model: 'm', messages }).finalChatCompletion();
    expect(theirs.choices[0]?.message.content).to.equal(OPENAI_TEXT.choices[0]?.message.content);
    const all = await ours('openai', `${url}/v1`);
    expect(all.content).to.equal(theirs.choices[0]?.message.content);
    expect((all.usage?.input ?? 0) + (all.usage?.cachedInput ?? 0) + (all.usage?.cacheWrite5m ?? 0)).to.equal(
      theirs.usage?.prompt_tokens,
    );
  });

  it('agree about a streamed tool call of OpenAI', async () => {
    const url = await serve(OPENAI_TOOL_STREAM, 'openai');
    const client = new OpenAI({ apiKey: 'k', baseURL: `${url}/v1`, maxRetries: 0 });
    const theirs = await client.chat.completions.stream({ model: 'm', messages }).finalChatCompletion();
    const [call] = theirs.choices[0]?.message.tool_calls ?? [];
    expect(call).to.deep.include({ id: 'call_a', type: 'function' });
    expect((await ours('openai', `${url}/v1`)).toolCalls).to.deep.equal([
      OPENAI_TOOLS.choices[0]?.message.tool_calls[0],
    ]);
  });

  it('agree about a stream of Groq', async () => {
    const url = await serve(GROQ_STREAM, 'openai');
    const client = new Groq({ apiKey: 'k', baseURL: url, maxRetries: 0 });
    let text = '';
    for await (const chunk of await client.chat.completions.create({ model: 'm', messages, stream: true })) {
      text += chunk.choices[0]?.delta.content ?? '';
    }
    expect(server.asked[0]?.path).to.equal('/openai/v1/chat/completions');
    const all = await ours('groq', url);
    expect(server.asked[1]?.path).to.equal('/openai/v1/chat/completions');
    expect(server.asked[1]?.body).to.not.have.property('stream_options');
    expect(all.content).to.equal(text).and.to.equal(GROQ_TEXT.choices[0]?.message.content);
  });

  it('agree about a stream of Anthropic, thinking, signature and empty arguments included', async () => {
    const url = await serve(ANTHROPIC_STREAM, 'anthropic');
    const client = new Anthropic({ apiKey: 'k', baseURL: url, maxRetries: 0 });
    const theirs = await client.messages.stream({ model: 'm', max_tokens: 10, messages }).finalMessage();
    expect(theirs.content).to.deep.equal(ANTHROPIC_MESSAGE.content);
    const all = await ours('anthropic', url);
    expect(server.asked[1]?.headers).to.include({ 'x-api-key': 'k', 'anthropic-version': '2023-06-01' });
    expect(all.usage?.output).to.equal(theirs.usage.output_tokens);
    expect(all.reasoningDetails).to.deep.equal(theirs.content.slice(0, 2));
    expect(all.toolCalls.map(({ id, function: fn }) => [id, JSON.parse(fn.arguments)])).to.deep.equal([
      ['toolu_a', { city: 'Oslo' }],
      ['toolu_b', {}],
    ]);
  });

  it('agree about a stream of Gemini', async () => {
    const url = await serve(GEMINI_STREAM, 'gemini');
    const client = new GoogleGenAI({ apiKey: 'k', httpOptions: { baseUrl: url } });
    let text = '';
    for await (const reply of await client.models.generateContentStream({ model: 'm', contents: 'hi' }))
      text += reply.text ?? '';
    expect(text).to.equal('Rain in Oslo ☔');
    const all = await ours('google', url);
    expect(all.content).to.equal(text);
    expect(all.usage?.output).to.equal(
      GEMINI_TEXT.usageMetadata.candidatesTokenCount + GEMINI_TEXT.usageMetadata.thoughtsTokenCount,
    );
    expect(server.asked[1]?.path.replace('model-1', 'm')).to.equal(server.asked[0]?.path);
    expect(server.asked[1]?.headers).to.include({ 'x-goog-api-key': 'k' });
  });
});
