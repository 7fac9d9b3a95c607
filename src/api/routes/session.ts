// POST, GET and DELETE /v1/session: a browser signs in with a key, or with the link that a local start prints, and holds it in an
// httpOnly cookie from then on.
import express, { type Request, type RequestHandler, type Response } from 'express';
import { z } from 'zod';
import { readOrgName } from '../../accounts/accounts.ts';
import type { OpenSession } from '../../accounts/sessions.ts';
import { redeemSignInLink } from '../../accounts/signInLinks.ts';
import { RouterError } from '../../domain/errors.ts';
import type { Caller } from '../../gateway/gateway.ts';
import { SessionAnswer } from '../answers.ts';
import { findCaller } from '../middleware/authenticate.ts';
import { clearCookie, refuseOtherSites, sessionOf, setCookie } from '../middleware/sessionCookie.ts';
import { parseInput } from '../problem.ts';
import type { ApiTools } from '../tools.ts';
import type { Route } from './route.ts';

const SignIn = z.union(
  [
    z.strictObject({ api_key: z.string().trim().min(1).max(200) }),
    z.strictObject({ sign_in_token: z.string().min(1).max(200) }),
  ],
  '{"api_key": "omr_…"}, or {"sign_in_token": "…"} of the printed link',
);

export const signIn: Route = {
  method: 'post',
  path: '/v1/session',
  access: 'open',
  doc: {
    summary: 'Sign a browser in',
    description: 'Sets an httpOnly cookie that stands for the key for seven days.',
    tag: 'Service',
    body: SignIn,
    answers: { 200: { description: 'Who is signed in', schema: SessionAnswer } },
    errors: ['validation_error', 'invalid_api_key', 'forbidden', 'rate_limit_exceeded'],
  },
  create: (tools) =>
    withBody(async (request, response) => {
      refuseOtherSites(request);
      const sent = parseInput(SignIn, request.body);
      const apiKey = 'api_key' in sent ? sent.api_key : await redeemSignInLink(tools, sent.sign_in_token);
      if (apiKey === undefined)
        throw new RouterError(
          'invalid_api_key',
          'This sign-in link was used already or has expired: sign in with your API key, or start the router again for a new link.',
          { shouldRetry: false },
        );
      const holder = await findCaller(apiKey, request.ip ?? '', tools);
      const session = await tools.sessions.create(apiKey);
      setCookie(request, response, session.cookie, session.expiresAt);
      response.json(await describeSession(tools, session, holder));
    }),
};

export const session: Route = {
  method: 'get',
  path: '/v1/session',
  access: 'open',
  doc: {
    summary: 'Who is signed in by cookie',
    tag: 'Service',
    answers: { 200: { description: 'Who is signed in, if anybody is', schema: SessionAnswer } },
  },
  create: (tools) => async (request, response) => {
    const open = await sessionOf(tools.sessions, request);
    const holder = open && (await tools.authenticator.authenticate(open.apiKey));
    const answer: SessionAnswer = open && holder ? await describeSession(tools, open, holder) : { signed_in: false };
    response.set('cache-control', 'no-store').json(answer);
  },
};

export const signOut: Route = {
  method: 'delete',
  path: '/v1/session',
  access: 'open',
  doc: {
    summary: 'Sign this browser out',
    tag: 'Service',
    answers: { 200: { description: 'Nobody is signed in', schema: SessionAnswer } },
    errors: ['forbidden'],
  },
  create:
    ({ sessions }) =>
    async (request, response) => {
      await sessionOf(sessions, request);
      clearCookie(request, response);
      response.json({ signed_in: false } satisfies SessionAnswer);
    },
};

async function describeSession(tools: ApiTools, open: OpenSession, holder: Caller): Promise<SessionAnswer> {
  return {
    signed_in: true,
    scopes: [...holder.scopes],
    org: { id: holder.orgId, name: await readOrgName(tools.postgres, holder.orgId) },
    key_id: holder.keyId,
    csrf_token: open.csrfToken,
    expires_at: new Date(open.expiresAt).toISOString(),
    simulated: tools.gateway.simulated,
  };
}

/** Open routes stand before the parser of bodies, which is for callers that have shown a key. */
function withBody(handle: (request: Request, response: Response) => Promise<void>): RequestHandler {
  const parse = express.json({ limit: '4kb', type: () => true });
  return async (request, response) => {
    await new Promise<void>((resolve, reject) => {
      parse(request, response, (error?: unknown) => (error instanceof Error ? reject(error) : resolve()));
    });
    await handle(request, response);
  };
}
