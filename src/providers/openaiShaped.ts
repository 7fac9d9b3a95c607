// A provider that speaks Chat Completions, called through the `openai` package: the package makes the request, our own
// exchange sends it and reads what comes back. The package never sees a reply, and nothing is retried here.
import OpenAI from 'openai';
import type { ProviderName } from '../domain/catalog.ts';
import type { Chat, Completion } from '../domain/chat.ts';
import type { Usage } from '../domain/usage.ts';
import { type Exchange, type HttpPool, post, readJsonReply, transportFailure } from './http.ts';
import { postForEvents } from './httpStream.ts';
import { type Answer, type CallOptions, type Chunk, type Provider, ProviderError } from './provider.ts';
import { streamAnswer } from './streamAnswer.ts';
import { type Dialect, fromOpenAiReply } from './wire/openai.ts';
import { fromOpenAiChunk, startOpenAiStream } from './wire/openaiChunks.ts';
import type { fromResponsesChunk, startResponsesStream } from './wire/responses.ts';
import { toOpenAiBody } from './wire/openaiRequest.ts';

export type OpenAiShaped = {
  readonly name: ProviderName;
  /** With the version path, as the `openai` package means it. */
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly pool: HttpPool;
  readonly dialect: Dialect;
  readonly headers?: (options: CallOptions) => Readonly<Record<string, string>>;
  /** Changes of the body that only this vendor needs. */
  readonly finish?: (body: Record<string, unknown>, options: CallOptions) => void;
  readonly other?: OtherInterface;
  /** What a streamed request says more. */
  readonly whenStreamed?: Readonly<Record<string, unknown>>;
};

/** Another interface of the same vendor, for the chats that need it. */
export type OtherInterface = {
  readonly path: 'responses';
  readonly needs: (chat: Chat, options: CallOptions) => boolean;
  readonly toBody: (chat: Chat, options: CallOptions) => { body: Record<string, unknown>; warnings: string[] };
  readonly fromReply: (
    raw: unknown,
    context: { readonly now: number },
  ) => { completion: Completion; usage: Usage | undefined };
  readonly start: typeof startResponsesStream;
  readonly read: typeof fromResponsesChunk;
};

export function createOpenAiShaped(vendor: OpenAiShaped): Provider {
  const { pool, dialect, other } = vendor;
  const send = createSender(vendor);
  const toBody = (chat: Chat, options: CallOptions): ReturnType<typeof toOpenAiBody> => {
    const made = toOpenAiBody(chat, options, dialect);
    vendor.finish?.(made.body, options);
    return made;
  };
  return {
    name: vendor.name,
    async complete(chat: Chat, options: CallOptions): Promise<Answer> {
      const through = other?.needs(chat, options) ? other : undefined;
      const { body, warnings } = through ? through.toBody(chat, options) : toBody(chat, options);
      const exchange = (made: Exchange) => post(pool, made);
      const reply = readJsonReply(pool, await send(body, options, exchange, through?.path));
      const context = { now: pool.now(), model: options.model.modelName };
      const { completion, usage } = (through?.fromReply ?? fromOpenAiReply)(reply.body, context);
      const { status, requestId: providerRequestId } = reply;
      return { completion, usage, status, providerRequestId, servedModel: completion.model, warnings };
    },
    async *stream(chat: Chat, options: CallOptions): AsyncGenerator<Chunk> {
      const through = other?.needs(chat, options) ? other : undefined;
      const { body, warnings } = through ? through.toBody(chat, options) : toBody(chat, options);
      const streamed = { ...body, stream: true, ...(through ? {} : vendor.whenStreamed) };
      const reply = await send(streamed, options, (exchange) => postForEvents(pool, exchange), through?.path);
      const context = { id: options.requestId, now: pool.now(), model: options.model.modelName };
      if (through) yield* streamAnswer(reply, warnings, through.start(context), through.read);
      else yield* streamAnswer(reply, warnings, startOpenAiStream(context), fromOpenAiChunk);
    },
  };
}

// The package looks at its status only.
const NOTHING = new Response(null, { status: 200 });

type Send = <T>(
  body: object,
  options: CallOptions,
  exchange: (made: Exchange) => Promise<T>,
  path?: OtherInterface['path'],
) => Promise<T>;
/** What travels through the package beside one request, from our call to our fetch. */
type Carrier = { run(url: string, headers: Headers, body: unknown): Promise<void> };

function createSender(vendor: OpenAiShaped): Send {
  const client = new OpenAI({
    apiKey: vendor.apiKey,
    baseURL: vendor.baseUrl,
    maxRetries: 0,
    logLevel: 'off',
    async fetch(url, init) {
      const { carrier } = init as { carrier?: Carrier };
      if (!carrier) throw new Error('a request came without its carrier');
      await carrier.run(url instanceof Request ? url.url : url.toString(), new Headers(init?.headers), init?.body);
      // The real reply is read outside the package, whatever its status: it must not be interpreted twice.
      return NOTHING;
    },
  });
  return async (body, options, exchange, path) => {
    let outcome: { value: Awaited<ReturnType<typeof exchange>> } | { failure: unknown } | undefined;
    const carrier: Carrier = {
      async run(url, headers, text) {
        const { timeouts, signal } = options;
        try {
          outcome = {
            value: await exchange({ url, headers: Object.fromEntries(headers), body: text, timeouts, signal }),
          };
        } catch (error) {
          outcome = { failure: error };
        }
      },
    };
    try {
      // Vendors take more than the package's types know; the body was made for this one.
      const settings = {
        fetchOptions: { carrier } as never,
        headers: vendor.headers?.(options) ?? {},
        // Ours ends before: this one never does.
        timeout: Math.max(options.timeouts.wholeMs, options.timeouts.streamMs) + 1_000,
        signal: options.signal,
      };
      const made =
        path === 'responses'
          ? client.responses.create(body as never, settings)
          : client.chat.completions.create(body as never, settings);
      await made.asResponse();
    } catch (error) {
      if (!options.signal.aborted || outcome) throw error;
      throw new ProviderError(transportFailure(error, options.signal), { cause: error });
    }
    if (!outcome) throw new Error('the openai package ended without a call');
    if ('failure' in outcome) throw outcome.failure;
    return outcome.value;
  };
}
