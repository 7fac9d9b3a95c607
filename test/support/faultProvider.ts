// A vendor on loopback that does what a test tells it: one server, one path prefix a vendor, a script of replies for each.
import { type IncomingHttpHeaders, type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import { type ProviderName, PROVIDERS } from '../../src/domain/catalog.ts';
import { listen } from '../../src/platform/listen.ts';

export type Reply = {
  readonly status?: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Milliseconds before anything is sent. */
  readonly delayMs?: number;
  /** Takes the request and never answers. */
  readonly hang?: boolean;
  /** Ends the connection instead of an answer. */
  readonly reset?: boolean;
  /** Written one after the other as the events of a stream, which then ends, is cut, or stalls. */
  readonly frames?: readonly string[];
  readonly cut?: boolean;
  readonly stall?: boolean;
};
export type Received = {
  readonly vendor: ProviderName;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
  /** True once our side has hung up before an answer was sent. */
  gone: boolean;
};
export type FaultProvider = {
  readonly baseUrls: Readonly<Record<ProviderName, string>>;
  readonly received: Received[];
  /** Bytes of frames that our side has taken. */
  sentBytes(): number;
  /** The next replies of that vendor, in order; the last one is repeated. */
  script(vendor: ProviderName, ...replies: readonly Reply[]): void;
  /** Every vendor answers well again, and nothing has been received. */
  reset(): void;
  close(): Promise<void>;
};

// What each vendor's SDK expects behind its base URL.
const SUFFIX: Readonly<Record<ProviderName, string>> = {
  openai: '/v1',
  anthropic: '',
  google: '',
  openrouter: '/api/v1',
  groq: '',
};
export const ANSWER = 'Paris is the capital of France.';

export async function openFaultProvider(): Promise<FaultProvider> {
  const scripts = new Map<ProviderName, Reply[]>();
  const received: Received[] = [];
  let sent = 0;
  const next = (vendor: ProviderName): Reply => {
    const replies = scripts.get(vendor) ?? [];
    return (replies.length > 1 ? replies.shift() : replies[0]) ?? goodReply(vendor);
  };
  const server = createServer((request, response) => {
    const vendor = PROVIDERS.find((name) => request.url?.startsWith(`/${name}/`));
    if (!vendor) {
      response.writeHead(404).end();
      return;
    }
    void answer(request, response, vendor, { received, next, onBytes: (bytes) => (sent += bytes) });
  });
  const url = await listen(server, '127.0.0.1', 0);
  return {
    baseUrls: Object.fromEntries(PROVIDERS.map((name) => [name, `${url}/${name}${SUFFIX[name]}`])) as Record<
      ProviderName,
      string
    >,
    received,
    sentBytes: () => sent,
    script: (vendor, ...replies) => void scripts.set(vendor, [...replies]),
    reset() {
      scripts.clear();
      received.length = 0;
      sent = 0;
    },
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

type Answering = {
  readonly received: Received[];
  readonly next: (vendor: ProviderName) => Reply;
  readonly onBytes: (bytes: number) => void;
};

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  vendor: ProviderName,
  { received, next, onBytes }: Answering,
): Promise<void> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const body: unknown = JSON.parse(Buffer.concat(parts).toString('utf8'));
  const call: Received = { vendor, path: request.url ?? '', headers: request.headers, body, gone: false };
  response.once('close', () => {
    call.gone = !response.writableFinished;
  });
  received.push(call);
  const scripted = next(vendor);
  const { status = 200, body: reply, headers = {}, delayMs = 0, hang = false, reset = false } = scripted;
  if (hang) return;
  if (reset) {
    request.socket.destroy();
    return;
  }
  const send = () => {
    if (scripted.frames) {
      void sendFrames(response, scripted, onBytes);
      return;
    }
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(typeof reply === 'string' ? reply : JSON.stringify(reply ?? goodReply(vendor).body));
  };
  if (delayMs > 0) setTimeout(send, delayMs).unref();
  else send();
}

async function sendFrames(response: ServerResponse, reply: Reply, onBytes: (bytes: number) => void): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream', ...reply.headers });
  for (const frame of reply.frames ?? []) {
    if (response.destroyed) return;
    onBytes(Buffer.byteLength(frame));
    if (response.write(frame)) continue;
    await new Promise<void>((resolve) => {
      const go = (): void => {
        response.off('drain', go).off('close', go);
        resolve();
      };
      response.on('drain', go).on('close', go);
    });
  }
  if (reply.stall) return;
  // What was written must have left before the connection is cut.
  if (reply.cut) setTimeout(() => response.destroy(), 30);
  else response.end();
}

/** A short answer in the vendor's own words: 20 tokens in, 8 out. */
export function goodReply(vendor: ProviderName): Reply {
  if (vendor === 'anthropic') {
    const usage = { input_tokens: 20, output_tokens: 8 };
    const content = [{ type: 'text', text: ANSWER }];
    return {
      headers: { 'request-id': 'req_anthropic_1' },
      body: {
        id: 'msg_1',
        type: 'message',
        role: 'assistant',
        model: 'served',
        stop_reason: 'end_turn',
        content,
        usage,
      },
    };
  }
  if (vendor === 'google') {
    return {
      body: {
        responseId: 'g1',
        modelVersion: 'served',
        candidates: [{ index: 0, finishReason: 'STOP', content: { role: 'model', parts: [{ text: ANSWER }] } }],
        usageMetadata: { promptTokenCount: 20, candidatesTokenCount: 8, totalTokenCount: 28 },
      },
    };
  }
  return {
    headers: { 'x-request-id': `req_${vendor}_1` },
    body: {
      id: 'chatcmpl-1',
      object: 'chat.completion',
      created: 1_790_000_000,
      model: 'served',
      choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: ANSWER } }],
      usage: { prompt_tokens: 20, completion_tokens: 8, total_tokens: 28 },
    },
  };
}

/** An error in the form of OpenAI, which the other vendors' readers take as well. */
export function errorReply(status: number, words: string, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status, headers, body: { error: { message: `vendor words: ${words}`, type: words, code: words } } };
}
