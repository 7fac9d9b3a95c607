// Groq: Chat Completions with fewer fields. Its base URL is the host alone, as its own SDK means it.
import { type OpenAiShaped, createOpenAiShaped } from './openaiShaped.ts';
import type { Provider } from './provider.ts';

export function createGroq(settings: Pick<OpenAiShaped, 'apiKey' | 'baseUrl' | 'pool'>): Provider {
  return createOpenAiShaped({
    ...settings,
    baseUrl: `${settings.baseUrl}/openai/v1`,
    name: 'groq',
    dialect: {
      refuses: ['n', 'logprobs', 'top_logprobs', 'logit_bias', 'presence_penalty', 'provider', 'models'],
      // Groq answers 400 to `reasoning_content` in messages.
      dropsFromMessages: ['reasoning_details', 'reasoning_content', 'reasoning'],
      limitField: 'max_completion_tokens',
      effortField: 'reasoning_effort',
    },
  });
}
