// Anthropic over REST. Its base URL is the host alone, as its own SDK means it.
import { type HttpPool, postJson } from './http.ts';
import type { Provider } from './provider.ts';
import { fromAnthropicReply, toAnthropicBody } from './wire/anthropic.ts';

// The version under which sampling parameters still pass where a model takes them.
const VERSION = '2023-06-01';

export function createAnthropic(settings: { apiKey: string; baseUrl: string; pool: HttpPool }): Provider {
  const { apiKey, baseUrl, pool } = settings;
  return {
    name: 'anthropic',
    async complete(chat, options) {
      const { body, warnings } = toAnthropicBody(chat, options);
      const headers = { 'x-api-key': apiKey, 'anthropic-version': VERSION };
      const { timeouts, signal } = options;
      const reply = await postJson(pool, { url: `${baseUrl}/v1/messages`, headers, body, timeouts, signal });
      const { completion, usage } = fromAnthropicReply(reply.body, pool.now());
      return {
        completion,
        usage,
        status: reply.status,
        providerRequestId: reply.requestId,
        servedModel: completion.model,
        warnings,
      };
    },
  };
}
