// OpenAI itself.
import { NOT_TAKEN } from '../domain/parameters.ts';
import { type OpenAiShaped, createOpenAiShaped } from './openaiShaped.ts';
import type { Provider } from './provider.ts';
import { fromResponsesChunk, fromResponsesReply, startResponsesStream } from './wire/responses.ts';
import { needsResponses, toResponsesBody } from './wire/responsesRequest.ts';

export function createOpenAi(settings: Pick<OpenAiShaped, 'apiKey' | 'baseUrl' | 'pool'>): Provider {
  return createOpenAiShaped({
    ...settings,
    name: 'openai',
    headers: ({ requestId }) => ({ 'X-Client-Request-Id': requestId }),
    dialect: {
      vendor: 'OpenAI',
      refuses: [...NOT_TAKEN.openai, 'provider', 'models'],
      reasoning: 'none',
      takesCacheControl: false,
      takesAllowedTools: true,
      limitField: 'max_completion_tokens',
      effortField: 'reasoning_effort',
    },
    other: {
      path: 'responses',
      needs: needsResponses,
      toBody: toResponsesBody,
      fromReply: fromResponsesReply,
      start: startResponsesStream,
      read: fromResponsesChunk,
    },
    // Without this a stream is not counted at all.
    whenStreamed: { stream_options: { include_usage: true } },
  });
}
