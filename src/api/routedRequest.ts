// From an HTTP exchange to what the gateway is asked: the caller, the parsed body, its digest, and a signal that fires when the
// caller hangs up.
import { createHash } from 'node:crypto';
import type { Request, Response } from 'express';
import type { Surface } from '../domain/events.ts';
import type { RoutedRequest } from '../gateway/gateway.ts';
import { callerOf } from './middleware/authenticate.ts';
import type { Parsed } from './requestBodies.ts';

export function toRoutedRequest(
  request: Request,
  response: Response,
  surface: Surface,
  { streaming = false, ...parsed }: Parsed & { readonly streaming?: boolean },
): RoutedRequest {
  response.locals['asked'] = true;
  const gone = new AbortController();
  response.once('close', () => {
    // With an Idempotency-Key the caller comes back for the answer: it is made whole, and kept.
    if (!response.writableFinished && response.locals['finishes'] !== true)
      gone.abort(new Error('the caller went away'));
  });
  const { rawBody = Buffer.alloc(0) } = request as { rawBody?: Buffer };
  return {
    requestId: String(response.locals['requestId']),
    caller: callerOf(response, 'chat'),
    surface,
    ...parsed,
    streaming,
    bodyDigest: createHash('sha256').update(rawBody).digest('hex'),
    receivedAt: Number(response.locals['receivedAt']),
    signal: gone.signal,
  };
}
