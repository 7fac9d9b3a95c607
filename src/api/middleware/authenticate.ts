// Who is asking: `Authorization: Bearer`, `X-API-Key` or the cookie of a browser that signed in, from an address that the key may be used from.
import type { Request, RequestHandler, Response } from 'express';
import type { Authenticator } from '../../accounts/authenticate.ts';
import { isWithinRanges } from '../../accounts/ipRanges.ts';
import type { LastUsed } from '../../accounts/lastUsed.ts';
import type { Sessions } from '../../accounts/sessions.ts';
import { RouterError } from '../../domain/errors.ts';
import type { Caller } from '../../gateway/gateway.ts';
import type { FailedAuth } from './failedAuth.ts';
import { isReading, sessionOf } from './sessionCookie.ts';

type Scope = 'chat' | 'read' | 'admin';

export type AuthTools = {
  readonly authenticator: Authenticator;
  readonly failedAuth: FailedAuth;
  readonly lastUsed: LastUsed;
};

export function authenticate(tools: AuthTools & { readonly sessions: Sessions }): RequestHandler {
  return async (request, response, next) => {
    const sent = keyOf(request);
    const key = sent ?? (await sessionOf(tools.sessions, request))?.apiKey;
    if (key === undefined) {
      throw new RouterError(
        'invalid_api_key',
        'No API key was sent: use `Authorization: Bearer omr_…` or `X-API-Key`.',
        { shouldRetry: false },
      );
    }
    response.locals['caller'] = await findCaller(key, request.ip ?? '', tools);
    response.locals['isLook'] = sent === undefined && isReading(request);
    response.locals['recheck'] = async (scope: Scope) => await mayStill(request, scope, tools);
    next();
  };
}

/** Without what a refusal costs at the door: this caller was let in before. */
async function mayStill(
  request: Request,
  scope: Scope,
  { authenticator, sessions }: AuthTools & { readonly sessions: Sessions },
): Promise<boolean> {
  const key = keyOf(request) ?? (await sessionOf(sessions, request))?.apiKey;
  const holder = key === undefined ? undefined : await authenticator.authenticate(key);
  return holder !== undefined && holder.scopes.includes(scope) && isWithinRanges(request.ip ?? '', holder.allowedIps);
}

/** @throws RouterError when nobody holds that key, or its holder may not use it from there */
export async function findCaller(
  key: string,
  address: string,
  { authenticator, failedAuth, lastUsed }: AuthTools,
): Promise<Caller> {
  // A key that was verified before is let through: others behind the same address must not suffer from a guesser.
  if (!authenticator.isVerified(key)) refuseGuesser(failedAuth.waitOf(address));
  let leave: (() => void) | undefined;
  const holder = await authenticator.authenticate(key, {
    enter() {
      refuseGuesser(failedAuth.waitOf(address));
      leave = failedAuth.look(address);
    },
    leave: () => leave?.(),
  });
  if (!holder) {
    failedAuth.fail(address);
    throw new RouterError('invalid_api_key', 'This API key is not known, has expired or was revoked.', {
      shouldRetry: false,
    });
  }
  if (!isWithinRanges(address, holder.allowedIps)) {
    throw new RouterError('forbidden', `This API key may not be used from the address ${address}.`, {
      shouldRetry: false,
    });
  }
  lastUsed.mark(holder.keyId);
  return holder;
}

function refuseGuesser(waitSec: number): void {
  if (waitSec === 0) return;
  throw new RouterError(
    'rate_limit_exceeded',
    `Too many keys from this address were refused, or are being checked; it may try another one in ${waitSec} s.`,
    {
      retryAfterSec: waitSec,
      shouldRetry: waitSec <= 1,
      details: { limit: 'failed_authentications', reset_sec: waitSec },
    },
  );
}

function keyOf(request: Request): string | undefined {
  const bearer = /^Bearer +(\S+)$/i.exec(request.header('authorization') ?? '')?.[1];
  return bearer ?? request.header('x-api-key');
}

/** For an answer that goes on for long: whether its caller would still be let in. @throws the database's error when it is away */
export async function isStillCaller(response: Response, scope: Scope): Promise<boolean> {
  return await (response.locals['recheck'] as (asked: Scope) => Promise<boolean>)(scope);
}

/** @throws RouterError `forbidden` when the key may not do that */
export function callerOf(response: Response, scope: Scope): Caller {
  const caller = response.locals['caller'] as Caller;
  if (caller.scopes.includes(scope)) return caller;
  throw new RouterError('forbidden', `This API key has not the scope ${scope}.`, { shouldRetry: false });
}

/** Who acts, as `admin-main` keeps it. @throws RouterError `forbidden` without the scope admin */
export function operatorOf(response: Response): string {
  return `key omr_${callerOf(response, 'admin').prefix}`;
}
