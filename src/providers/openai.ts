// OpenAI itself.
import { type OpenAiShaped, createOpenAiShaped } from './openaiShaped.ts';
import type { Provider } from './provider.ts';

export function createOpenAi(settings: Pick<OpenAiShaped, 'apiKey' | 'baseUrl' | 'pool'>): Provider {
  return createOpenAiShaped({
    ...settings,
    name: 'openai',
    headers: ({ requestId }) => ({ 'X-Client-Request-Id': requestId }),
    dialect: {
      vendor: 'OpenAI',
      refuses: ['provider', 'models', 'top_k'],
      reasoning: 'none',
      takesCacheControl: false,
      limitField: 'max_completion_tokens',
      effortField: 'reasoning_effort',
    },
    // Without this a stream is not counted at all.
    whenStreamed: { stream_options: { include_usage: true } },
  });
}
