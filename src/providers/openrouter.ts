// OpenRouter: Chat Completions with routing of its own. Parameters are required, or it would drop them in silence.
import { type OpenAiShaped, createOpenAiShaped } from './openaiShaped.ts';
import type { Provider } from './provider.ts';

export function createOpenRouter(settings: Pick<OpenAiShaped, 'apiKey' | 'baseUrl' | 'pool'>): Provider {
  return createOpenAiShaped({
    ...settings,
    name: 'openrouter',
    headers: () => ({
      'X-OpenRouter-Title': 'Omni-Model Router',
    }),
    dialect: {
      vendor: 'OpenRouter',
      // The fallback chain is ours alone: a second one inside would change model and price behind our back.
      refuses: ['models', 'provider'],
      reasoning: 'openrouter',
      takesCacheControl: true,
      takesAllowedTools: false,
      limitField: 'max_tokens',
      effortField: 'reasoning',
    },
    finish(body, { openrouter }) {
      const needs = body['tools'] !== undefined || body['response_format'] !== undefined;
      const preferences = { ...(needs ? { require_parameters: true } : {}), ...openrouter };
      if (Object.keys(preferences).length > 0) body['provider'] = preferences;
    },
  });
}
