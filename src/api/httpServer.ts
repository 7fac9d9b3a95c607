// The HTTP server around the app: its limits against slow and oversized clients, and an answer in JSON also to what is no HTTP.
import { type RequestListener, STATUS_CODES, type Server, createServer } from 'node:http';
import type { Duplex } from 'node:stream';
import { RouterError } from '../domain/errors.ts';
import type { Random } from '../platform/clock.ts';
import { errorBody, errorHeaders } from './problem.ts';

export type ServerTimes = {
  /** From the connection's first byte to the end of the headers, and of the whole request with its body. */
  readonly headersMs: number;
  readonly requestMs: number;
  /** How often connections are looked at for that. */
  readonly lookEveryMs: number;
};

const TIMES: ServerTimes = { headersMs: 10_000, requestMs: 30_000, lookEveryMs: 1_000 };

export function createHttpServer(app: RequestListener, { uuidv7 }: Pick<Random, 'uuidv7'>, times = TIMES): Server {
  const server = createServer(
    {
      headersTimeout: times.headersMs,
      requestTimeout: times.requestMs,
      connectionsCheckingInterval: times.lookEveryMs,
      keepAliveTimeout: 65_000,
      maxHeaderSize: 32 * 1024,
    },
    app,
  );
  // What never became a request has an id, too.
  server.on('clientError', (failure, socket) => answerClientError(failure, socket, uuidv7()));
  return server;
}

const TOLD: Readonly<Record<string, RouterError>> = {
  HPE_HEADER_OVERFLOW: new RouterError('headers_too_large', 'The headers are over 32 KB.', { shouldRetry: false }),
  ERR_HTTP_REQUEST_TIMEOUT: new RouterError('request_timeout', 'The request did not come whole in time.'),
};
const UNREADABLE = new RouterError('validation_error', 'This is not a request that can be read as HTTP.', {
  shouldRetry: false,
});

/** Node's own answer would be without a body, which no client can read. */
function answerClientError(failure: NodeJS.ErrnoException, socket: Duplex, requestId: string): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const error = TOLD[failure.code ?? ''] ?? UNREADABLE;
  const body = JSON.stringify(errorBody(error, requestId));
  const headers = {
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    'x-request-id': requestId,
    ...errorHeaders(error),
    connection: 'close',
  };
  const head = [
    `HTTP/1.1 ${error.status} ${STATUS_CODES[error.status] ?? ''}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
