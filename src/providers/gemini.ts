// Google Gemini over REST. Its base URL is the bare root, as its own SDK means it.
import type { Chat } from '../domain/chat.ts';
import type { ImageFetcher } from './fetchImage.ts';
import { type Exchange, type HttpPool, postJson } from './http.ts';
import { postForEvents } from './httpStream.ts';
import { inlineImages } from './inlineImages.ts';
import type { Answer, CallOptions, Chunk, Provider } from './provider.ts';
import { streamAnswer } from './streamAnswer.ts';
import { fromGeminiReply } from './wire/gemini.ts';
import { fromGeminiChunk, startGeminiStream } from './wire/geminiChunks.ts';
import { toGeminiBody } from './wire/geminiRequest.ts';

export function createGemini(settings: {
  apiKey: string;
  baseUrl: string;
  pool: HttpPool;
  images: ImageFetcher;
}): Provider {
  const { apiKey, pool, images } = settings;
  const root = settings.baseUrl.replace(/\/+$/, '');
  const toExchange = ({ model, timeouts, signal }: CallOptions, method: string, body: unknown): Exchange => ({
    url: `${root}/v1beta/models/${encodeURIComponent(model.modelName)}:${method}`,
    headers: { 'x-goog-api-key': apiKey },
    body,
    timeouts,
    signal,
  });
  return {
    name: 'google',
    async complete(chat: Chat, options: CallOptions): Promise<Answer> {
      const { body, warnings } = toGeminiBody(await inlineImages(chat, images, options), options);
      const reply = await postJson(pool, toExchange(options, 'generateContent', body));
      const context = { now: pool.now(), model: options.model.modelName, requestId: options.requestId };
      const { completion, usage } = fromGeminiReply(reply.body, context);
      const { status, requestId: providerRequestId } = reply;
      return { completion, usage, status, providerRequestId, servedModel: completion.model, warnings };
    },
    async *stream(chat: Chat, options: CallOptions): AsyncGenerator<Chunk> {
      const { body, warnings } = toGeminiBody(await inlineImages(chat, images, options), options);
      // Without `alt=sse` the stream is one JSON array.
      const reply = await postForEvents(pool, toExchange(options, 'streamGenerateContent?alt=sse', body));
      const context = { now: pool.now(), model: options.model.modelName, requestId: options.requestId };
      yield* streamAnswer(reply, warnings, startGeminiStream(context), fromGeminiChunk);
    },
  };
}
