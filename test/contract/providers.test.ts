// All five providers against `@copilotkit/aimock`, which speaks each vendor's format and was written by others. It proves
// shapes; what each class of usage means is proved by the written-down replies in test/fixtures/wire.
import { expect } from 'chai';
import { LLMock } from '@copilotkit/aimock';
import { PROVIDERS, type ProviderName } from '../../src/domain/catalog.ts';
import { type Provider, ProviderError } from '../../src/providers/provider.ts';
import { type ProviderSettings, openProviders } from '../../src/providers/registry.ts';
import { openSimulatedProviders } from '../../src/providers/simulated.ts';
import { callOptions } from '../support/callOptions.ts';
import { collectStream } from '../support/collectStream.ts';
import { PROMPTS, REPLY, describeProvider } from './describeProvider.ts';

const usage = { prompt_tokens: 11, completion_tokens: 17 };
const oslo = { name: 'get_weather', arguments: '{"city":"Oslo"}' };
const rome = { name: 'get_weather', arguments: '{"city":"Rome"}' };

async function openMock(): Promise<LLMock> {
  const mock = new LLMock({ port: 0, host: '127.0.0.1', logLevel: 'silent', chunkSize: 16 });
  mock.onMessage(PROMPTS.text, { content: REPLY, usage });
  mock.onMessage(PROMPTS.parallel, { toolCalls: [oslo, rome], usage });
  mock.onMessage(PROMPTS.tool, { toolCalls: [oslo], usage });
  mock.onMessage(PROMPTS.limited, {
    error: { message: 'slow down', type: 'rate_limit_error' },
    status: 429,
    retryAfter: 7,
  });
  mock.onMessage(PROMPTS.refusedKey, { error: { message: 'bad key', type: 'authentication_error' }, status: 401 });
  mock.onMessage(PROMPTS.broken, { error: { message: 'oops', type: 'server_error' }, status: 500 });
  mock.onMessage(PROMPTS.cut, { content: REPLY, usage }, { truncateAfterChunks: 4, latency: 25 });
  await mock.start();
  return mock;
}

function baseUrlsOf(host: string): Record<ProviderName, string> {
  return { openai: `${host}/v1`, anthropic: host, google: host, openrouter: `${host}/api/v1`, groq: host };
}

type Opened = { readonly provider: Provider; readonly close: () => Promise<void> };
function openOne(
  name: ProviderName,
  baseUrls: Readonly<Record<ProviderName, string>>,
  closeMore: () => Promise<void>,
): Opened {
  const settings = Object.fromEntries(
    PROVIDERS.map((each) => [each, { apiKeys: each === name ? ['key'] : [], baseUrl: baseUrls[each] }]),
  ) as Readonly<Record<string, ProviderSettings>> as Readonly<Record<ProviderName, ProviderSettings>>;
  const providers = openProviders(settings, Date.now);
  expect([...providers.byName.keys()]).to.deep.equal([name]);
  const provider = providers.byName.get(name);
  if (!provider) throw new Error(`${name} was not opened`);
  return {
    provider,
    close: async () => {
      await providers.close();
      await closeMore();
    },
  };
}

for (const name of PROVIDERS) {
  describeProvider(name, async () => {
    const mock = await openMock();
    return openOne(name, baseUrlsOf(`http://127.0.0.1:${mock.port}`), () => mock.stop());
  });
}

describe('The simulated providers', () => {
  for (const name of PROVIDERS) {
    it(`answer any prompt as ${name}, whole and streamed, and say that they are simulated`, async () => {
      const simulated = await openSimulatedProviders();
      const { provider, close } = openOne(name, simulated.baseUrls, () => simulated.close());
      try {
        const chat = { messages: [{ role: 'user' as const, content: `a prompt for ${name}` }] };
        const options = callOptions({ provider: name });
        const whole = await provider.complete(chat, options);
        expect(whole.completion.choices[0]?.message.content)
          .to.contain('simulated')
          .and.to.contain(`a prompt for ${name}`);
        expect(whole.usage?.input).to.be.greaterThan(4);
        expect(whole.usage?.output).to.be.greaterThan(20);
        const streamed = await collectStream(provider.stream(chat, options));
        expect(streamed.content).to.equal(whole.completion.choices[0]?.message.content);
        expect(streamed.finish).to.equal('stop');
        // The simulation has no `x_groq`, so a stream of Groq's goes uncounted there.
        if (name !== 'groq') expect(streamed.usage).to.deep.equal(whole.usage);
      } finally {
        await close();
      }
    });
  }

  it('can be closed and then no longer answer', async () => {
    const simulated = await openSimulatedProviders();
    await simulated.close();
    const { provider, close } = openOne('openai', simulated.baseUrls, async () => {});
    try {
      await provider.complete({ messages: [{ role: 'user', content: 'hi' }] }, callOptions());
      expect.fail('it still answered');
    } catch (error) {
      expect(error).to.be.instanceOf(ProviderError);
      expect((error as ProviderError).failure.kind).to.equal('unreachable');
    } finally {
      await close();
    }
  });
});
