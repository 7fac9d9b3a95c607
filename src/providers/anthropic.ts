// Anthropic over REST. Its base URL is the host alone, as its own SDK means it.
import { z } from 'zod';
import type { Chat } from '../domain/chat.ts';
import { parseReply } from './failures.ts';
import { type Exchange, type HttpPool, postJson } from './http.ts';
import { postForEvents } from './httpStream.ts';
import type { Answer, CallOptions, Chunk, Provider } from './provider.ts';
import { streamAnswer } from './streamAnswer.ts';
import { fromAnthropicReply } from './wire/anthropic.ts';
import { fromAnthropicChunk, startAnthropicStream, withNative } from './wire/anthropicChunks.ts';
import { toAnthropicBody } from './wire/anthropicRequest.ts';

// The version under which sampling parameters still pass where a model takes them.
const VERSION = '2023-06-01';

const TokenCount = z.looseObject({ input_tokens: z.int().nonnegative() });
// What its counter takes; it refuses limits and sampling.
const COUNTED: ReadonlySet<string> = new Set(['model', 'messages', 'system', 'tools', 'tool_choice', 'thinking']);

export function createAnthropic(settings: { apiKey: string; baseUrl: string; pool: HttpPool }): Provider {
  const { apiKey, pool } = settings;
  const url = `${settings.baseUrl.replace(/\/+$/, '')}/v1/messages`;
  const headers = { 'x-api-key': apiKey, 'anthropic-version': VERSION };
  const toExchange = ({ timeouts, signal, native }: CallOptions, body: unknown, path = ''): Exchange => ({
    url: `${url}${path}`,
    headers: native?.beta === undefined ? headers : { ...headers, 'anthropic-beta': native.beta },
    body,
    timeouts,
    signal,
  });
  return {
    name: 'anthropic',
    async complete(chat: Chat, options: CallOptions): Promise<Answer> {
      const { body, warnings } = toAnthropicBody(chat, options);
      const reply = await postJson(pool, toExchange(options, body));
      const { completion, usage } = fromAnthropicReply(reply.body, pool.now());
      const { status, requestId: providerRequestId } = reply;
      return {
        completion,
        usage,
        status,
        providerRequestId,
        servedModel: completion.model,
        warnings,
        ...(options.native ? { native: reply.body as Record<string, unknown> } : {}),
      };
    },
    async *stream(chat: Chat, options: CallOptions): AsyncGenerator<Chunk> {
      const { body, warnings } = toAnthropicBody(chat, options);
      const reply = await postForEvents(pool, toExchange(options, { ...body, stream: true }));
      const start = startAnthropicStream({ now: pool.now(), model: options.model.modelName });
      yield* streamAnswer(reply, warnings, start, options.native ? withNative(fromAnthropicChunk) : fromAnthropicChunk);
    },
    async countTokens(chat: Chat, options: CallOptions): Promise<number> {
      const { body } = toAnthropicBody(chat, options);
      const prompt = Object.fromEntries(Object.entries(body).filter(([field]) => COUNTED.has(field)));
      const reply = await postJson(pool, toExchange(options, prompt, '/count_tokens'));
      return parseReply(TokenCount, reply.body).input_tokens;
    },
  };
}
