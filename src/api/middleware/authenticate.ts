// Who is asking: `Authorization: Bearer` or `X-API-Key`.
import type { Request, RequestHandler, Response } from 'express';
import type { Authenticator } from '../../accounts/authenticate.ts';
import { RouterError } from '../../domain/errors.ts';
import type { Caller } from '../../gateway/gateway.ts';

export function authenticate(authenticator: Authenticator): RequestHandler {
  return async (request, response, next) => {
    const key = keyOf(request);
    if (key === undefined) {
      throw new RouterError(
        'invalid_api_key',
        'No API key was sent: use `Authorization: Bearer omr_…` or `X-API-Key`.',
        { shouldRetry: false },
      );
    }
    const holder = await authenticator.authenticate(key);
    if (!holder)
      throw new RouterError('invalid_api_key', 'This API key is not known, has expired or was revoked.', {
        shouldRetry: false,
      });
    response.locals['caller'] = holder satisfies Caller;
    next();
  };
}

function keyOf(request: Request): string | undefined {
  const bearer = /^Bearer +(\S+)$/i.exec(request.header('authorization') ?? '')?.[1];
  return bearer ?? request.header('x-api-key');
}

/** @throws RouterError `forbidden` when the key may not do that */
export function callerOf(response: Response, scope: 'chat' | 'read' | 'admin'): Caller {
  const caller = response.locals['caller'] as Caller;
  if (caller.scopes.includes(scope)) return caller;
  throw new RouterError('forbidden', `This API key has not the scope ${scope}.`, { shouldRetry: false });
}
