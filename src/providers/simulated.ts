// Providers for a machine without any key: an independent simulator on loopback that speaks each vendor's wire format. Answers
// say that they are simulated; so does every answer's header.
import { LLMock } from '@copilotkit/aimock';
import { PROVIDERS, type ProviderName } from '../domain/catalog.ts';
import type { ProviderSettings } from './registry.ts';

export type SimulatedProviders = {
  readonly settings: Readonly<Record<ProviderName, ProviderSettings>>;
  close(): Promise<void>;
};

/** A key that no vendor would take. */
const SIMULATED_KEY = 'simulated';
const PATHS: Readonly<Record<ProviderName, string>> = {
  openai: '/v1',
  anthropic: '',
  google: '',
  openrouter: '/api/v1',
  groq: '',
};

export async function openSimulatedProviders(): Promise<SimulatedProviders> {
  // Its journal and counts are capped, or a long run would grow.
  const mock = new LLMock({
    host: '127.0.0.1',
    port: 0,
    logLevel: 'silent',
    journalMaxEntries: 50,
    fixtureCountsMaxTestIds: 50,
  });
  mock.addFixture({
    match: { predicate: () => true },
    response: ({ model, messages }) => {
      const asked = lastText(messages);
      const content = `This is a simulated answer of ${model}: no provider key is set. You asked: ${asked.slice(0, 200)}`;
      const prompt_tokens = Math.max(1, Math.ceil(JSON.stringify(messages).length / 4));
      const completion_tokens = Math.ceil(content.length / 4);
      const total = prompt_tokens + completion_tokens;
      const usage = {
        prompt_tokens,
        completion_tokens,
        total_tokens: total,
        input_tokens: prompt_tokens,
        output_tokens: completion_tokens,
        promptTokenCount: prompt_tokens,
        candidatesTokenCount: completion_tokens,
        totalTokenCount: total,
      };
      return { content, usage };
    },
  });
  const url = await mock.start();
  const settings = Object.fromEntries(
    PROVIDERS.map((name) => [name, { apiKey: SIMULATED_KEY, baseUrl: `${url}${PATHS[name]}` }]),
  ) as Record<ProviderName, ProviderSettings>;
  return { settings, close: () => mock.stop() };
}

function lastText(messages: readonly { role: string; content?: unknown }[]): string {
  const content = messages.findLast(({ role }) => role === 'user')?.content;
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content.map((part: { text?: unknown }) => (typeof part.text === 'string' ? part.text : '')).join(' ');
}
