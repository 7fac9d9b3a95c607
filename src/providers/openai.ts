// OpenAI itself.
import { type OpenAiShaped, createOpenAiShaped } from './openaiShaped.ts';
import type { Provider } from './provider.ts';

export function createOpenAi(settings: Pick<OpenAiShaped, 'apiKey' | 'baseUrl' | 'pool'>): Provider {
  return createOpenAiShaped({
    ...settings,
    name: 'openai',
    dialect: {
      refuses: ['provider', 'models'],
      // Signed thinking of other vendors must not come here.
      dropsFromMessages: ['reasoning_details', 'reasoning_content', 'reasoning'],
      limitField: 'max_completion_tokens',
      effortField: 'reasoning_effort',
    },
  });
}
