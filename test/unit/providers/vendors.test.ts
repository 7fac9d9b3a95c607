// What only one vendor wants, seen from its own side of the wire.
import { expect } from 'chai';
import type { Chat } from '../../../src/domain/chat.ts';
import { openImageFetcher } from '../../../src/providers/fetchImage.ts';
import { createGemini } from '../../../src/providers/gemini.ts';
import { createGroq } from '../../../src/providers/groq.ts';
import { type HttpPool, openHttpPool } from '../../../src/providers/http.ts';
import { createOpenRouter } from '../../../src/providers/openrouter.ts';
import { GEMINI_TEXT } from '../../fixtures/wire/gemini.ts';
import { GROQ_TEXT } from '../../fixtures/wire/groq.ts';
import { OPENROUTER_TEXT } from '../../fixtures/wire/openai.ts';
import { callOptions } from '../../support/callOptions.ts';
import { type WireServer, openWireServer, sendJson } from '../../support/wireServer.ts';

const CHAT: Chat = { messages: [{ role: 'user', content: 'hi' }] };
const TOOLS = [{ type: 'function', function: { name: 'f', parameters: { type: 'object' } } }];

describe('A vendor with ways of its own', () => {
  let pool: HttpPool;
  let server: WireServer;
  beforeEach(async () => {
    pool = openHttpPool(Date.now);
    server = await openWireServer((response, { path }) => {
      if (path.startsWith('/api/v1/')) sendJson(response, OPENROUTER_TEXT);
      else sendJson(response, path.includes(':generateContent') ? GEMINI_TEXT : GROQ_TEXT);
    });
  });
  afterEach(async () => {
    await server.close();
    await pool.close();
  });

  it('OpenRouter is told who asks, and to refuse rather than drop what tools and formats need', async () => {
    const provider = createOpenRouter({ apiKey: 'k', baseUrl: `${server.url}/api/v1`, pool });
    await provider.complete(CHAT, callOptions());
    await provider.complete({ ...CHAT, tools: TOOLS }, callOptions());
    await provider.complete(
      { ...CHAT, response_format: { type: 'json_object' } },
      callOptions({ openrouter: { sort: 'price' } }),
    );
    expect(server.asked[0]?.path).to.equal('/api/v1/chat/completions');
    expect(server.asked[0]?.headers).to.include.keys('x-openrouter-title');
    expect(server.asked.map(({ body }) => body['provider'])).to.deep.equal([
      undefined,
      { require_parameters: true },
      { require_parameters: true, sort: 'price' },
    ]);
  });

  it('OpenRouter gets no second chain of models, and says what it charged and who served', async () => {
    const provider = createOpenRouter({ apiKey: 'k', baseUrl: `${server.url}/api/v1`, pool });
    const answer = await provider.complete(
      { ...CHAT, models: ['a/b'], max_tokens: 7 },
      callOptions({ effort: 'high' }),
    );
    expect(server.asked[0]?.body).to.not.have.property('models');
    expect(server.asked[0]?.body).to.deep.include({ max_tokens: 7, reasoning: { effort: 'high' } });
    expect(answer.warnings).to.have.length(1);
    expect(answer).to.include({ servedModel: 'moonshotai/kimi-k3', status: 200 });
    expect(answer.usage?.reportedCostUsd).to.equal('0.0000001234');
  });

  it('Groq adds its own path to the host alone, and gets no field that it refuses', async () => {
    const provider = createGroq({ apiKey: 'k', baseUrl: `${server.url}/`, pool });
    const chat: Chat = {
      messages: [
        { role: 'user', content: 'hi' },
        { role: 'assistant', content: 'x', reasoning_content: 'thought', reasoning: 'thought' },
        { role: 'user', content: 'again' },
      ],
      n: 2,
      logprobs: true,
      max_tokens: 9,
    };
    const answer = await provider.complete(chat, callOptions({ modelName: 'openai/gpt-oss-120b' }));
    expect(server.asked[0]?.path).to.equal('/openai/v1/chat/completions');
    expect(server.asked[0]?.body).to.have.all.keys('model', 'messages', 'max_completion_tokens');
    expect(JSON.stringify(server.asked[0]?.body)).to.not.contain('thought');
    expect(answer.warnings).to.have.length(2);
    expect(answer.usage).to.include({ cachedInput: 384, reasoning: 41 });
  });

  it('Gemini has the model in its path, and tells when another model served', async () => {
    const images = openImageFetcher();
    const provider = createGemini({ apiKey: 'k', baseUrl: server.url, pool, images });
    const answer = await provider.complete(CHAT, callOptions({ provider: 'google', modelName: 'gemini-2.5-pro' }));
    expect(server.asked[0]?.path).to.equal('/v1beta/models/gemini-2.5-pro:generateContent');
    expect(answer.servedModel).to.equal('gemini-3.8-flash');
  });
});
