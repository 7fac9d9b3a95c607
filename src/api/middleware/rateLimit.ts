// Requests of a key and its org per window, and the headers that say where they stand. Tokens are counted where they are
// known; here stands only what is left of them.
import type { RequestHandler } from 'express';
import { MINUTE_SEC, holdersOf, tokensKey } from '../../accounts/allowances.ts';
import type { KeyHolder } from '../../accounts/authenticate.ts';
import type { Limiter } from '../../accounts/limiter.ts';
import { RouterError } from '../../domain/errors.ts';

/** For keys that have no limit of their own. */
export type RateSettings = { readonly max: number; readonly windowSec: number };
/** A person who looks at the web page must not take from what the key's programs may ask, nor be shut out by them. */
const LOOKS: RateSettings = { max: 600, windowSec: MINUTE_SEC };

export type RateTools = { readonly limiter: Limiter; readonly rateLimit: RateSettings };

type State = {
  readonly scope: 'key' | 'org';
  readonly max: number;
  readonly windowSec: number;
  readonly used: number;
  readonly resetSec: number;
};

export function limitRate(tools: RateTools): RequestHandler {
  return async (_request, response, next) => {
    const caller = response.locals['caller'] as KeyHolder;
    const isLook = response.locals['isLook'] === true;
    const requests = tightest(isLook ? [await countLook(caller, tools)] : await countRequest(caller, tools));
    const tokens = tightest(await readTokens(caller, tools));
    if (requests) response.set({ ...toHeaders(requests, ''), ...toHeaders(requests, '-requests') });
    if (tokens) response.set(toHeaders(tokens, '-tokens'));
    if (requests && requests.used > requests.max) throw refusal(requests);
    next();
  };
}

async function countRequest(caller: KeyHolder, { limiter, rateLimit }: RateTools): Promise<State[]> {
  const states: State[] = [];
  for (const { scope, id, limits } of holdersOf(caller)) {
    const own = limits.requestsPerMin === null ? undefined : { max: limits.requestsPerMin, windowSec: MINUTE_SEC };
    const rule = own ?? (scope === 'key' ? rateLimit : undefined);
    if (!rule) continue;
    const { used, resetMs } = await limiter.add(`requests:${scope}:${id}`, 1, rule.windowSec);
    states.push({ scope, ...rule, used, resetSec: toSeconds(resetMs) });
  }
  return states;
}

async function countLook({ keyId }: KeyHolder, { limiter }: RateTools): Promise<State> {
  const { used, resetMs } = await limiter.add(`looks:${keyId}`, 1, LOOKS.windowSec);
  return { scope: 'key', ...LOOKS, used, resetSec: toSeconds(resetMs) };
}

async function readTokens(caller: KeyHolder, { limiter }: RateTools): Promise<State[]> {
  const states: State[] = [];
  for (const { scope, id, limits } of holdersOf(caller)) {
    if (limits.tokensPerMin === null) continue;
    const { used, resetMs } = await limiter.read(tokensKey(scope, id), MINUTE_SEC);
    states.push({ scope, max: limits.tokensPerMin, windowSec: MINUTE_SEC, used, resetSec: toSeconds(resetMs) });
  }
  return states;
}

/** Of the key's and the org's limit the one that ends first. */
function tightest(states: readonly State[]): State | undefined {
  return states.toSorted((a, b) => remainingOf(a) - remainingOf(b))[0];
}

function remainingOf({ max, used }: State): number {
  return Math.max(0, max - used);
}

function toSeconds(ms: number): number {
  return Math.max(1, Math.ceil(ms / 1_000));
}

function toHeaders(state: State, of: '' | '-requests' | '-tokens'): Record<string, string> {
  return {
    [`x-ratelimit-limit${of}`]: String(state.max),
    [`x-ratelimit-remaining${of}`]: String(remainingOf(state)),
    [`x-ratelimit-reset${of}`]: String(state.resetSec),
  };
}

function refusal({ scope, max, windowSec, resetSec }: State): RouterError {
  const limit = windowSec === MINUTE_SEC ? 'requests_per_min' : 'requests';
  return new RouterError(
    'rate_limit_exceeded',
    `This ${scope} may make ${max} requests in ${windowSec} s; the window ends in ${resetSec} s.`,
    {
      retryAfterSec: resetSec,
      shouldRetry: true,
      details: { limit, scope, max, remaining: 0, window_sec: windowSec, reset_sec: resetSec },
    },
  );
}
