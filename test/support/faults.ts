// A provider on loopback with named faults: each is what some vendor, or the network before it, has really done to a gateway. Which
// fault it shows is set by name.
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import { gzipSync } from 'node:zlib';
import { type ProviderName, PROVIDERS } from '../../src/domain/catalog.ts';
import { listen } from '../../src/platform/listen.ts';
import { SHAPES, frame, streamFrames, wholeReply, wordsOf } from './vendorReplies.ts';

export const WORDS = 60;
const CUT_AFTER = 40;

type Now = {
  readonly vendor: ProviderName;
  readonly streamed: boolean;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
};
type Fault = (now: Now) => void | Promise<void>;

/** What each vendor's own words for an error are. */
export function errorBody(
  vendor: ProviderName,
  status: number,
  words: string,
  message = `vendor words: ${words}`,
): object {
  switch (SHAPES[vendor]) {
    case 'anthropic':
      return { type: 'error', error: { type: words, message }, request_id: 'req_1' };
    case 'gemini':
      return { error: { code: status, message, status: words.toUpperCase() } };
    case 'openai':
      return { error: { message, type: words, code: words, param: null } };
  }
}

function json({ response }: Now, body: unknown, status = 200, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

function open({ response }: Now, type = 'text/event-stream'): void {
  response.writeHead(200, { 'content-type': type });
}

const status =
  (code: number, words: string, headers: Record<string, string> = {}): Fault =>
  (now) =>
    json(now, errorBody(now.vendor, code, words), code, headers);

/** A whole answer is written as far as that share of its words; a stream as far as those words. */
function begin(now: Now): void {
  const { vendor, streamed, response } = now;
  if (streamed) {
    open(now);
    const { start, words } = streamFrames(vendor, wordsOf(WORDS));
    response.write([...start, ...words.slice(0, CUT_AFTER)].join(''));
    return;
  }
  const text = JSON.stringify(wholeReply(vendor, wordsOf(WORDS)));
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(text)) });
  response.write(text.slice(0, Math.floor((text.length * CUT_AFTER) / WORDS)));
}

function allFrames(vendor: ProviderName): string {
  const { start, words, finish, done } = streamFrames(vendor, wordsOf(WORDS));
  return [...start, ...words, ...finish, ...done].join('');
}

function good(now: Now, type = now.streamed ? 'text/event-stream' : 'application/json'): void {
  const { vendor, streamed, response } = now;
  open(now, type);
  response.end(streamed ? allFrames(vendor) : JSON.stringify(wholeReply(vendor, wordsOf(WORDS))));
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const go = (): void => {
      response.off('drain', go).off('close', go);
      resolve();
    };
    response.on('drain', go).on('close', go);
  });
}

const HTML = '<!doctype html><html><body><h1>502 Bad Gateway</h1></body></html>';

function hiddenError({ vendor }: Now): object {
  const words = SHAPES[vendor] === 'anthropic' ? 'overloaded_error' : 'unavailable';
  const inner = errorBody(vendor, 503, words);
  return SHAPES[vendor] === 'openai' ? { error: { ...(inner as { error: object }).error, code: 503 } } : inner;
}

function quotaBody(vendor: ProviderName): object {
  if (SHAPES[vendor] === 'openai') return errorBody(vendor, 429, 'insufficient_quota');
  if (SHAPES[vendor] === 'gemini') {
    const violations = [{ quotaId: 'GenerateRequestsPerDayPerProjectPerModel' }];
    const details = [{ '@type': 'type.googleapis.com/google.rpc.QuotaFailure', violations }];
    return { error: { code: 429, message: 'quota', status: 'RESOURCE_EXHAUSTED', details } };
  }
  const error = { type: 'rate_limit_error', message: 'limit', details: { error_code: 'enforced_spend_limit_reached' } };
  return { type: 'error', error, request_id: 'req_1' };
}

const CONTEXT_WORDS: Readonly<Record<string, string>> = {
  openai: 'context_length_exceeded',
  anthropic: 'invalid_request_error',
  gemini: 'invalid_argument',
};

/** Faults of the answer; those of the connection itself are addresses (`deadAddresses`). */
export const FAULTS: Readonly<Record<string, Fault>> = {
  reset: ({ request }) => void request.socket.resetAndDestroy(),
  'slow-first-byte': () => undefined,
  'stall-after-40-tokens': begin,
  'cut-after-40-of-60': (now) => {
    begin(now);
    // What was written must have left before the end comes.
    setTimeout(() => now.request.socket.destroy(), 30);
  },
  'malformed-sse-line': (now) => {
    begin(now);
    now.response.end(now.streamed ? 'data: {"choices": [{"delta"\n\n' : undefined);
    if (!now.streamed) now.request.socket.destroy();
  },
  'split-at-every-byte': async (now) => {
    const { vendor, streamed, response } = now;
    const text = streamed ? allFrames(vendor) : JSON.stringify(wholeReply(vendor, wordsOf(WORDS)));
    open(now, streamed ? 'text/event-stream' : 'application/json');
    for (const byte of Buffer.from(text)) {
      response.write(Buffer.of(byte));
      // A turn of the loop between two bytes, or they would leave together.
      await new Promise(setImmediate);
    }
    response.end();
  },
  'wrong-content-type': (now) => good(now, 'text/plain'),
  'html-page': ({ response }) => void response.writeHead(200, { 'content-type': 'text/html' }).end(HTML),
  'empty-body': (now) => {
    open(now, now.streamed ? 'text/event-stream' : 'application/json');
    now.response.end();
  },
  'empty-choices': (now) => {
    const { vendor, streamed, response } = now;
    if (!streamed) {
      return json(now, { ...wholeReply(vendor, []), choices: [], candidates: [], content: [], stop_reason: null });
    }
    const { start, done } = streamFrames(vendor, []);
    open(now);
    response.end([...start, frame({ type: 'ping', choices: [], candidates: [] }), ...done].join(''));
  },
  'truncated-json': (now) => {
    if (now.streamed) {
      begin(now);
      now.response.end('data: {"id":"chatcmpl-1","choices":[{"ind');
      return;
    }
    const text = JSON.stringify(wholeReply(now.vendor, wordsOf(WORDS)));
    open(now, 'application/json');
    now.response.end(text.slice(0, -20));
  },
  gzip: (now) => {
    const { vendor, streamed, response } = now;
    const text = streamed ? allFrames(vendor) : JSON.stringify(wholeReply(vendor, wordsOf(WORDS)));
    const type = streamed ? 'text/event-stream' : 'application/json';
    response.writeHead(200, { 'content-type': type, 'content-encoding': 'gzip' }).end(gzipSync(text));
  },
  redirect: ({ response }) => void response.writeHead(302, { location: 'http://127.0.0.1:1/elsewhere' }).end(),
  '64-mb-body': async ({ response, streamed }) => {
    response.writeHead(200, { 'content-type': streamed ? 'text/event-stream' : 'application/json' });
    const part = Buffer.alloc(1024 * 1024, streamed ? ': padding\n' : ' ');
    for (let sent = 0; sent < 64 && !response.destroyed; sent++) {
      if (!response.write(part)) await drained(response);
    }
    response.end();
  },
  '400': status(400, 'invalid_request_error'),
  '400-context': (now) =>
    json(
      now,
      errorBody(
        now.vendor,
        400,
        CONTEXT_WORDS[SHAPES[now.vendor]] ?? '',
        'prompt is too long: the input token count exceeds the maximum number of tokens allowed',
      ),
      400,
    ),
  '401': status(401, 'authentication_error'),
  '402': status(402, 'billing_error'),
  '403': status(403, 'permission_error'),
  '404': status(404, 'not_found_error'),
  '408': status(408, 'timeout'),
  '413': status(413, 'request_too_large'),
  '429-with-retry-after': status(429, 'rate_limit_exceeded', { 'retry-after': '7' }),
  '429-bare': status(429, 'rate_limit_exceeded'),
  '429-quota': (now) => json(now, quotaBody(now.vendor), 429),
  '498': status(498, 'flex_capacity_exceeded'),
  '500': status(500, 'api_error'),
  '502': ({ response }) => void response.writeHead(502, { 'content-type': 'text/html' }).end(HTML),
  '503': status(503, 'server_is_overloaded'),
  '529': status(529, 'overloaded_error'),
  '200-with-error': (now) => {
    if (!now.streamed) return json(now, hiddenError(now));
    begin(now);
    now.response.end(frame(hiddenError(now), SHAPES[now.vendor] === 'anthropic' ? 'error' : undefined));
  },
  'no-done': (now) => {
    if (!now.streamed) return good(now);
    const { start, words, finish } = streamFrames(now.vendor, wordsOf(WORDS));
    open(now);
    now.response.end([...start, ...words, ...finish].join(''));
  },
  'done-without-finish': (now) => {
    if (!now.streamed) return good(now);
    const { start, words, done } = streamFrames(now.vendor, wordsOf(WORDS));
    open(now);
    now.response.end([...start, ...words, ...done].join(''));
  },
};

export type NamedFaults = {
  /** One for each vendor; what they do is set by `show`. */
  readonly baseUrls: Readonly<Record<ProviderName, string>>;
  /** What every vendor does from now on; undefined = it answers well. */
  show(name: string | undefined): void;
  /** Connections that are open now. */
  connections(): Promise<number>;
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

export function toBaseUrls(root: (name: ProviderName) => string): Readonly<Record<ProviderName, string>> {
  const one = (name: ProviderName): string => `${root(name)}${SUFFIX[name]}`;
  return {
    openai: one('openai'),
    anthropic: one('anthropic'),
    google: one('google'),
    openrouter: one('openrouter'),
    groq: one('groq'),
  };
}

export async function openNamedFaults(): Promise<NamedFaults> {
  let shown: string | undefined;
  const server = createServer((request, response) => {
    const vendor = PROVIDERS.find((name) => request.url?.startsWith(`/${name}/`));
    if (!vendor) return void response.writeHead(404).end();
    const parts: Buffer[] = [];
    request.on('error', () => undefined).on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const body = Buffer.concat(parts).toString('utf8');
      const streamed = /"stream":\s*true/.test(body) || request.url?.includes('streamGenerateContent') === true;
      const now = { vendor, streamed, request, response };
      const fault = shown === undefined ? undefined : FAULTS[shown];
      void (fault ? fault(now) : good(now));
    });
  });
  const url = await listen(server, '127.0.0.1', 0);
  return {
    baseUrls: toBaseUrls((name) => `${url}/${name}`),
    show: (name) => void (shown = name),
    connections: () =>
      new Promise((resolve, reject) =>
        server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
      ),
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
