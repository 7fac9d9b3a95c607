// The HTTP API: what every request passes through, and the routes. Nothing here decides or calls a provider.
import cors from 'cors';
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import helmet from 'helmet';
import { RouterError } from '../domain/errors.ts';
import { StoreUnavailableError } from '../eventstore/eventStore.ts';
import type { Logger } from '../platform/logger.ts';
import { isUnavailable } from '../platform/postgres.ts';
import { authenticate } from './middleware/authenticate.ts';
import { captureContent } from './middleware/capture.ts';
import { idempotent } from './middleware/idempotency.ts';
import { limitRate } from './middleware/rateLimit.ts';
import { servePage } from './page.ts';
import { toMessagesError } from './anthropic/messagesAnswer.ts';
import { errorBody, errorHeaders } from './problem.ts';
import { isMessagesPath } from './routes/messages.ts';
import { ROUTES } from './routes/registry.ts';
import type { ApiTools } from './tools.ts';

const MOST_BODY = '10mb';

export function createApp(tools: ApiTools): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  const { trustProxy } = tools;
  app.set('trust proxy', typeof trustProxy === 'number' ? trustProxy : [...trustProxy]);
  app.use(nameRequest(tools));
  app.use(helmet());
  const { corsOrigins } = tools;
  if (corsOrigins.length > 0)
    app.use(cors({ origin: corsOrigins.includes('*') ? '*' : [...corsOrigins], exposedHeaders: '*' }));
  app.use(servePage({ folder: tools.pageFolder, random: tools.random }));
  const open = ROUTES.filter(({ access }) => access === 'open');
  for (const { method, path, create } of open) app[method](path, create(tools));
  app.use(authenticate(tools), limitRate(tools));
  app.use(express.json({ limit: MOST_BODY, type: () => true, verify: keepBytes }), refuseDepth);
  for (const { method, path, doc, create } of ROUTES.filter(({ access }) => access === 'key')) {
    const once = doc.errors?.includes('idempotency_conflict') ? [idempotent(tools), captureContent(tools)] : [];
    app[method](path, ...once, create(tools));
  }
  app.use((request) => {
    throw new RouterError('not_found', `There is nothing at ${request.method} ${request.path}.`, {
      shouldRetry: false,
    });
  });
  app.use(answerError(tools.logger));
  return app;
}

/** Every answer carries an id, by which the log and the event stream know the request. */
function nameRequest({ random, clock }: ApiTools): RequestHandler {
  return (_request, response, next) => {
    const requestId = random.uuidv7();
    response.locals['requestId'] = requestId;
    response.locals['receivedAt'] = clock.monotonicMs();
    response.setHeader('x-request-id', requestId);
    next();
  };
}

/** The digest in the event is over the bytes that the caller sent. */
function keepBytes(request: unknown, _response: unknown, bytes: Buffer): void {
  (request as { rawBody?: Buffer }).rawBody = bytes;
}

// Far beyond any JSON schema, and far from where a recursive reader of ours or of a library's would end the stack.
const MOST_DEPTH = 200;

const refuseDepth: RequestHandler = (request, _response, next) => {
  let level: unknown[] = [request.body];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MOST_DEPTH) {
      const message = `The body is nested deeper than ${MOST_DEPTH} levels: flatten it.`;
      throw new RouterError('validation_error', message, { shouldRetry: false });
    }
    level = level.flatMap((value) =>
      value !== null && typeof value === 'object'
        ? Object.values(value).filter((inner) => typeof inner === 'object')
        : [],
    );
  }
  next();
};

function answerError(logger: Logger): ErrorRequestHandler {
  // Express knows an error handler by its four parameters.
  return (error: unknown, request, response, _next) => {
    const requestId = String(response.locals['requestId']);
    const told = toRouterError(error);
    if (told.status >= 500) {
      logger.error(told.code === 'internal_error' ? 'a request failed by a fault of ours' : 'a request failed', {
        requestId,
        path: request.path,
        code: told.code,
        error,
      });
    }
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const toBody = isMessagesPath(request.path) ? toMessagesError : errorBody;
    response.status(told.status).set(errorHeaders(told)).json(toBody(told, requestId));
  };
}

/** Whatever was thrown, as what a caller may hear. */
function toRouterError(error: unknown): RouterError {
  if (error instanceof RouterError) return error;
  const options = { cause: error };
  if (isUnavailable(error) || error instanceof StoreUnavailableError) {
    const what = error instanceof StoreUnavailableError ? 'event log' : 'database';
    return new RouterError(
      'overloaded',
      `The ${what} is away at the moment: try again shortly.`,
      { retryAfterSec: 2 },
      options,
    );
  }
  // body-parser's and Express's own errors say what they are in `type` and `status`.
  const { type, status } = error instanceof Error ? (error as { type?: unknown; status?: unknown }) : {};
  if (type === 'entity.too.large')
    return new RouterError('payload_too_large', `The body is over ${MOST_BODY}.`, { shouldRetry: false }, options);
  if (type === 'entity.parse.failed')
    return new RouterError('validation_error', 'The body is not valid JSON.', { shouldRetry: false }, options);
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return new RouterError(
      'validation_error',
      'The request could not be read: check its path, headers and encoding.',
      { shouldRetry: false },
      options,
    );
  }
  return new RouterError(
    'internal_error',
    'The router failed by a fault of its own. The request id names it in the log.',
    {},
    options,
  );
}
