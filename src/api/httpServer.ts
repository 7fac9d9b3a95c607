// The HTTP server around the app: its limits against slow and oversized clients, and an answer in JSON also to what is no HTTP.
import { type RequestListener, STATUS_CODES, type Server, createServer } from 'node:http';
import type { Duplex } from 'node:stream';

export type ServerTimes = {
  /** From the connection's first byte to the end of the headers, and of the whole request with its body. */
  readonly headersMs: number;
  readonly requestMs: number;
  /** How often connections are looked at for that. */
  readonly lookEveryMs: number;
};

const TIMES: ServerTimes = { headersMs: 10_000, requestMs: 30_000, lookEveryMs: 1_000 };

export function createHttpServer(app: RequestListener, times = TIMES): Server {
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
  server.on('clientError', answerClientError);
  return server;
}

const TOLD: Readonly<Record<string, readonly [status: number, message: string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'The headers are over 32 KB.'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'The request did not come whole in time.'],
};

/** Node's own answer would be without a body, which no client can read. */
function answerClientError(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const [status, message] = TOLD[error.code ?? ''] ?? [400, 'This is not a request that can be read as HTTP.'];
  const body = JSON.stringify({
    error: { message, type: 'invalid_request_error', param: null, code: 'validation_error' },
    request_id: null,
  });
  const head = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}`;
  socket.end(`${head}\r\nconnection: close\r\n\r\n${body}`);
}
