// One HTTP exchange with a vendor: its timeouts, a cap on what is read, and transport errors as failures. Never retries.
import { type Readable, type Transform, pipeline } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { Agent, type Dispatcher, errors, request } from 'undici';
import type { Timeouts } from '../domain/policy.ts';
import { malformed, parseJson, toFailure, toHiddenFailure } from './failures.ts';
import { type Failure, ProviderError } from './provider.ts';

export type HttpPool = {
  /** Connections that were made within that time; kept apart by it, because undici knows it for a whole pool only. */
  dispatcher(connectMs: number): Dispatcher;
  readonly now: () => number;
  close(): Promise<void>;
};

/** The most that is read of one answer. */
export const MOST_BYTES = 32 * 1024 * 1024;

export function openHttpPool(now: () => number): HttpPool {
  const agents = new Map<number, Agent>();
  return {
    now,
    dispatcher(connectMs) {
      const known = agents.get(connectMs);
      if (known) return known;
      const agent = new Agent({
        connections: 256,
        pipelining: 1,
        connect: { timeout: connectMs },
        keepAliveTimeout: 30_000,
      });
      agents.set(connectMs, agent);
      return agent;
    },
    async close() {
      await Promise.all([...agents.values()].map((agent) => agent.close()));
    },
  };
}

export type Exchange = {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly timeouts: Timeouts;
  readonly signal: AbortSignal;
};
export type JsonReply = { readonly status: number; readonly body: unknown; readonly requestId: string | undefined };

/** Posts JSON and reads a JSON answer of status 200. @throws ProviderError for everything else */
export async function postJson(pool: HttpPool, exchange: Exchange): Promise<JsonReply> {
  const reply = readJsonReply(pool, await post(pool, exchange));
  const error = hiddenError(reply.body);
  if (error === undefined) return reply;
  throw new ProviderError({ ...toHiddenFailure(error, pool.now()), providerRequestId: reply.requestId });
}

/** An error that came with status 200; Gemini wraps it in an array when it was asked for a stream. */
export function hiddenError(body: unknown): unknown {
  const first: unknown = Array.isArray(body) ? body[0] : body;
  return first !== null && typeof first === 'object' && 'error' in first ? (first.error ?? undefined) : undefined;
}

export type TextReply = {
  readonly status: number;
  readonly header: (name: string) => string | undefined;
  readonly text: string;
};

/** The exchange itself: any status, the body as text. @throws ProviderError when there was no whole answer */
export async function post(pool: HttpPool, exchange: Exchange): Promise<TextReply> {
  const { timeouts, signal, body } = exchange;
  const until = pool.now() + timeouts.wholeMs;
  const reply = await guarded(exchange, () =>
    request(exchange.url, {
      method: 'POST',
      dispatcher: pool.dispatcher(timeouts.connectMs),
      headers: { 'content-type': 'application/json', accept: 'application/json', ...exchange.headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
      headersTimeout: timeouts.wholeMs,
      bodyTimeout: timeouts.idleMs,
      signal,
    }),
  );
  const text = await guarded(exchange, () => readCapped(decoded(reply), () => pool.now() > until));
  return { status: reply.statusCode, header: (name) => reply.headers[name]?.toString(), text };
}

/** @throws ProviderError unless it is a 200 that holds a JSON object */
export function readJsonReply(pool: HttpPool, { status, header, text }: TextReply): JsonReply {
  const requestId = header('x-request-id') ?? header('request-id') ?? header('x-generation-id');
  if (status !== 200) {
    throw new ProviderError({ ...toFailure({ status, header, text, now: pool.now() }), providerRequestId: requestId });
  }
  const body = parseJson(text);
  if (body === null || typeof body !== 'object') {
    throw new ProviderError(malformed('the provider answered 200 with a body that is no JSON object', text, requestId));
  }
  return { status, body, requestId };
}

/** Nobody asks for a compressed answer; some proxy compresses it all the same. */
export function decoded({ headers, body }: Dispatcher.ResponseData): Readable {
  const decoder = DECODERS.get(headers['content-encoding']?.toString() ?? '');
  // `pipeline` and not `pipe`: a body that breaks must break its reader.
  return decoder ? pipeline(body, decoder(), () => undefined) : body;
}

const DECODERS: ReadonlyMap<string, () => Transform> = new Map([
  ['gzip', createGunzip],
  ['deflate', createInflate],
  ['br', createBrotliDecompress],
]);

/** A body that drips for ever ends too: `isLate` is asked at every piece of it. */
export async function readCapped(body: Readable, isLate: () => boolean): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of body as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > MOST_BYTES) throw new ProviderError(malformed(`the provider's answer is over ${MOST_BYTES} bytes`));
    if (isLate()) throw new ProviderError({ kind: 'timed-out', message: 'the answer took longer than it may' });
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

export async function guarded<T>({ signal }: Exchange, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ProviderError) throw error;
    throw new ProviderError(transportFailure(error, signal), { cause: error });
  }
}

export function transportFailure(error: unknown, signal: AbortSignal): Failure {
  if (signal.aborted) {
    const timedOut = signal.reason instanceof Error && signal.reason.name === 'TimeoutError';
    return timedOut
      ? { kind: 'timed-out', message: 'the provider did not answer before the deadline' }
      : { kind: 'cancelled', message: 'the caller went away' };
  }
  if (error instanceof errors.ConnectTimeoutError)
    return { kind: 'timed-out', message: 'the provider took no connection in time', unsent: true };
  if (error instanceof errors.HeadersTimeoutError || error instanceof errors.BodyTimeoutError) {
    return { kind: 'timed-out', message: 'the provider did not answer in time' };
  }
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  return { kind: 'unreachable', message: `the provider could not be reached (${code})` };
}
