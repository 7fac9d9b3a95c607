// Who is asking: `Authorization: Bearer`, `X-API-Key`, or the session cookie of a browser that signed in.
import type { Request, RequestHandler, Response } from 'express';
import type { Authenticator } from '../../accounts/authenticate.ts';
import type { Sessions } from '../../accounts/sessions.ts';
import { RouterError } from '../../domain/errors.ts';
import type { Caller } from '../../gateway/gateway.ts';
import { sessionOf } from './sessionCookie.ts';

export function authenticate(tools: {
  readonly authenticator: Authenticator;
  readonly sessions: Sessions;
}): RequestHandler {
  const { authenticator, sessions } = tools;
  return async (request, response, next) => {
    const key = keyOf(request) ?? (await sessionOf(sessions, request))?.apiKey;
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
