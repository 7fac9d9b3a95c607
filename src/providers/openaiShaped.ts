// A provider that speaks Chat Completions, called through the `openai` package: the package makes the request, our own
// exchange sends it, and nothing is retried here.
import OpenAI, { APIError } from 'openai';
import type { ProviderName } from '../domain/catalog.ts';
import type { Chat } from '../domain/chat.ts';
import { type HttpPool, type TextReply, post, readJsonReply } from './http.ts';
import { type Answer, type CallOptions, type Provider, ProviderError } from './provider.ts';
import { type Dialect, fromOpenAiReply, toOpenAiBody } from './wire/openai.ts';

export type OpenAiShaped = {
  readonly name: ProviderName;
  /** With the version path, as the `openai` package means it. */
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly pool: HttpPool;
  readonly dialect: Dialect;
  readonly headers?: Readonly<Record<string, string>>;
  /** Changes of the body that only this vendor needs. */
  readonly finish?: (body: Record<string, unknown>, options: CallOptions) => void;
};

export function createOpenAiShaped(vendor: OpenAiShaped): Provider {
  const { pool } = vendor;
  return {
    name: vendor.name,
    async complete(chat: Chat, options: CallOptions): Promise<Answer> {
      const { body, warnings } = toOpenAiBody(chat, options, vendor.dialect);
      vendor.finish?.(body, options);
      const reply = readJsonReply(pool, await exchange(vendor, body, options));
      const { completion, usage } = fromOpenAiReply(reply.body, { now: pool.now(), model: options.model.modelName });
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

async function exchange(vendor: OpenAiShaped, body: Record<string, unknown>, options: CallOptions): Promise<TextReply> {
  let reply: TextReply | undefined;
  let failure: ProviderError | undefined;
  const client = new OpenAI({
    apiKey: vendor.apiKey,
    baseURL: vendor.baseUrl,
    maxRetries: 0,
    logLevel: 'off',
    timeout: options.timeouts.wholeMs,
    defaultHeaders: vendor.headers ?? {},
    async fetch(url, init) {
      try {
        const answer = await post(vendor.pool, {
          url: url instanceof Request ? url.url : url.toString(),
          headers: Object.fromEntries(new Headers(init?.headers as Record<string, string>)),
          body: init?.body,
          timeouts: options.timeouts,
          signal: options.signal,
        });
        reply = answer;
        return new Response(answer.text, { status: answer.status, headers: { 'content-type': 'application/json' } });
      } catch (error) {
        if (error instanceof ProviderError) failure = error;
        throw error;
      }
    },
  });
  try {
    // Vendors take more than the package's types know; the body was made for this one.
    await client.chat.completions.create(body as never, { signal: options.signal }).asResponse();
  } catch (error) {
    if (failure !== undefined) throw failure;
    if (!reply && options.signal.aborted)
      throw new ProviderError({ kind: 'cancelled', message: 'the caller went away' }, { cause: error });
    // An error status is read from the reply itself, below.
    if (!(error instanceof APIError) || !reply) throw error;
  }
  if (!reply) throw new Error('the openai package ended without a call');
  return reply;
}
