// Groq: Chat Completions with fewer fields. Its base URL is the host alone, as its own SDK means it.
import { NOT_TAKEN } from '../domain/parameters.ts';
import { type OpenAiShaped, createOpenAiShaped } from './openaiShaped.ts';
import type { Provider } from './provider.ts';

export function createGroq(settings: Pick<OpenAiShaped, 'apiKey' | 'baseUrl' | 'pool'>): Provider {
  return createOpenAiShaped({
    ...settings,
    baseUrl: `${settings.baseUrl.replace(/\/+$/, '')}/openai/v1`,
    name: 'groq',
    dialect: {
      vendor: 'Groq',
      // It answers 400 to `reasoning_content` in messages.
      refuses: [...NOT_TAKEN.groq, 'provider', 'models'],
      reasoning: 'none',
      takesCacheControl: false,
      takesAllowedTools: false,
      limitField: 'max_completion_tokens',
      effortField: 'reasoning_effort',
    },
  });
}
