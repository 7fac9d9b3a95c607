// Google Gemini over REST. Its base URL is the bare root, as its own SDK means it.
import { type HttpPool, postJson } from './http.ts';
import type { Provider } from './provider.ts';
import { fromGeminiReply, toGeminiBody } from './wire/gemini.ts';

export function createGemini(settings: { apiKey: string; baseUrl: string; pool: HttpPool }): Provider {
  const { apiKey, baseUrl, pool } = settings;
  return {
    name: 'google',
    async complete(chat, options) {
      const { body, warnings } = toGeminiBody(chat, options);
      const { modelName } = options.model;
      const url = `${baseUrl}/v1beta/models/${encodeURIComponent(modelName)}:generateContent`;
      const { timeouts, signal, requestId } = options;
      const reply = await postJson(pool, { url, headers: { 'x-goog-api-key': apiKey }, body, timeouts, signal });
      const { completion, usage } = fromGeminiReply(reply.body, { now: pool.now(), model: modelName, requestId });
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
