// The cookie of the web page's session, and what protects a browser that holds one from other sites.
import type { CookieOptions, Request, Response } from 'express';
import { type OpenSession, type Sessions, isSameToken } from '../../accounts/sessions.ts';
import { RouterError } from '../../domain/errors.ts';

const COOKIE = 'omni_session';
const CSRF_HEADER = 'x-csrf-token';
const READING = new Set(['GET', 'HEAD']);

export function isReading({ method }: Request): boolean {
  return READING.has(method);
}

export function cookieOf(request: Request): string | undefined {
  return new RegExp(`(?:^|;\\s*)${COOKIE}=([\\w-]+)`).exec(request.header('cookie') ?? '')?.[1];
}

export function setCookie(request: Request, response: Response, value: string, expiresAt: number): void {
  response.cookie(COOKIE, value, { ...optionsFor(request), expires: new Date(expiresAt) });
}

export function clearCookie(request: Request, response: Response): void {
  response.clearCookie(COOKIE, optionsFor(request));
}

/** TLS ends in front of this process, so its header is believed; a caller that makes it up only binds its own cookie to TLS. */
function optionsFor(request: Request): CookieOptions {
  const secure = request.secure || request.header('x-forwarded-proto') === 'https';
  return { httpOnly: true, sameSite: 'strict', path: '/', secure };
}

/**
 * The session of a request. What changes something must bring the session's token in a header, which another site cannot set.
 * @throws RouterError `forbidden` without that token
 */
export async function sessionOf(sessions: Sessions, request: Request): Promise<OpenSession | undefined> {
  const cookie = cookieOf(request);
  const session = cookie === undefined ? undefined : await sessions.open(cookie);
  if (!session || isReading(request) || isSameToken(session.csrfToken, request.header(CSRF_HEADER))) return session;
  throw new RouterError(
    'forbidden',
    `A request that is signed in by cookie must send the session's token in ${CSRF_HEADER}: GET /v1/session has it.`,
    { shouldRetry: false },
  );
}

/** @throws RouterError `forbidden` for a form or script of another site, as browsers tell it */
export function refuseOtherSites(request: Request): void {
  const site = request.header('sec-fetch-site');
  if (site === undefined || site === 'same-origin' || site === 'none') return;
  throw new RouterError('forbidden', 'Sign in from the page of the router itself, not from another site.', {
    shouldRetry: false,
  });
}
