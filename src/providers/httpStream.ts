// One streamed exchange with a vendor: server-sent events as they come, under a timeout for the first, one between bytes and
// one for all. Never retries.
import type { Readable } from 'node:stream';
import { request } from 'undici';
import { createParser } from 'eventsource-parser';
import { malformed, parseJson, toHiddenFailure } from './failures.ts';
import {
  type Exchange,
  type HttpPool,
  MOST_BYTES,
  decoded,
  guarded,
  hiddenError,
  readCapped,
  readJsonReply,
  transportFailure,
} from './http.ts';
import { ProviderError } from './provider.ts';

export type EventReply = {
  readonly status: number;
  readonly requestId: string | undefined;
  /** The data of each event. Ending the loop early destroys the connection, unless `drain` was called. */
  readonly events: AsyncIterable<string>;
  /** Nothing more is wanted and nothing more should come: the connection may be used again. */
  drain(): void;
};

/** @throws ProviderError when the answer is no stream of events */
export async function postForEvents(pool: HttpPool, exchange: Exchange): Promise<EventReply> {
  const { timeouts, signal, body } = exchange;
  const startedAt = pool.now();
  const reply = await guarded(exchange, () =>
    request(exchange.url, {
      method: 'POST',
      dispatcher: pool.dispatcher(timeouts.connectMs),
      headers: { 'content-type': 'application/json', ...exchange.headers, accept: 'text/event-stream' },
      body: typeof body === 'string' ? body : JSON.stringify(body),
      headersTimeout: timeouts.firstTokenMs,
      bodyTimeout: timeouts.idleMs,
      signal,
    }),
  );
  const header = (name: string): string | undefined => reply.headers[name]?.toString();
  if (reply.statusCode !== 200 || /json|html/.test(header('content-type') ?? '')) {
    const text = await guarded(exchange, () =>
      readCapped(decoded(reply), () => pool.now() - startedAt > timeouts.wholeMs),
    );
    const { body: whole, requestId } = readJsonReply(pool, { status: reply.statusCode, header, text });
    throw new ProviderError({ ...failureOfWhole(whole, text, pool.now()), providerRequestId: requestId });
  }
  let wanted = true;
  const source = decoded(reply);
  // Errors reach the reader of `events`; one that comes when nobody reads any more must not end the process.
  source.on('error', () => (wanted = false));
  return {
    status: reply.statusCode,
    requestId: header('x-request-id') ?? header('request-id') ?? header('x-generation-id'),
    events: readEvents(source, { pool, exchange, startedAt, keep: () => !wanted }),
    drain: () => {
      wanted = false;
      void reply.body.dump({ limit: 16_384 });
    },
  };
}

function failureOfWhole(whole: unknown, text: string, now: number): ReturnType<typeof malformed> {
  const error = hiddenError(whole);
  return error === undefined
    ? malformed('the provider answered a stream with one body', text)
    : toHiddenFailure(error, now);
}

type Reading = {
  readonly pool: HttpPool;
  readonly exchange: Exchange;
  readonly startedAt: number;
  readonly keep: () => boolean;
};

async function* readEvents(body: Readable, reading: Reading): AsyncGenerator<string> {
  const { pool, exchange, startedAt, keep } = reading;
  const decode = createEventDecoder();
  let bytes = 0;
  let seen = false;
  try {
    for await (const part of body.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      bytes += part.length;
      if (bytes > MOST_BYTES) throw new ProviderError(malformed(`the provider's answer is over ${MOST_BYTES} bytes`));
      const events = decode(part);
      seen ||= events.length > 0;
      checkTime(pool.now() - startedAt, seen, exchange);
      yield* events;
    }
  } catch (error) {
    if (error instanceof ProviderError) throw error;
    const failure = transportFailure(error, exchange.signal);
    throw new ProviderError(failure.kind === 'unreachable' ? CUT : failure, { cause: error });
  } finally {
    if (!keep() && !body.readableEnded) body.destroy();
  }
}

/** Bytes in, the data of the events that they complete out; where the bytes are split does not matter. */
export function createEventDecoder(): (part: Uint8Array) => string[] {
  const decoder = new TextDecoder();
  const events: string[] = [];
  const parser = createParser({ onEvent: ({ data }) => events.push(data) });
  return (part) => {
    parser.feed(decoder.decode(part, { stream: true }));
    return events.splice(0);
  };
}

const CUT = { kind: 'stream-cut', message: 'the provider broke the stream off', status: 200 } as const;

/** Comments keep a connection alive for ever: bytes alone do not count as a first token. */
function checkTime(passedMs: number, seen: boolean, { timeouts }: Exchange): void {
  if (!seen && passedMs > timeouts.firstTokenMs) {
    throw new ProviderError({ kind: 'timed-out', message: 'the provider sent no first token in time' });
  }
  if (passedMs > timeouts.streamMs) {
    throw new ProviderError({ kind: 'timed-out', message: 'the stream took longer than it may' });
  }
}

/** One event's JSON. @throws ProviderError `malformed-reply` */
export function parseEvent(data: string): unknown {
  const parsed = parseJson(data);
  if (parsed === null || typeof parsed !== 'object') {
    throw new ProviderError(malformed('the provider sent an event that is no JSON object', data));
  }
  return parsed;
}
