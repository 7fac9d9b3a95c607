// What a key and its org may still do: tokens a minute, requests at once, money. Asked before the first provider call, settled
// at the end of the request, however it ends.
import { RouterError } from '../domain/errors.ts';
import { type PicoUsd, formatUsd } from '../domain/money.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import { type Postgres, isUnavailable } from '../platform/postgres.ts';
import type { KeyHolder } from './authenticate.ts';
import { type Reservation, type Spent, reserve, settle } from './budgets.ts';
import type { Limiter } from './limiter.ts';

export type Ask = {
  readonly requestId: string;
  readonly caller: KeyHolder;
  /** Prompt and expected answer. */
  readonly tokens: number;
  /** At the dearest model that may be called, for a caller with budgets; undefined when one of them has no known price. */
  readonly estimate: PicoUsd | undefined;
  /** The request's time, ms epoch, and how long it may take. */
  readonly at: number;
  readonly mostMs: number;
};

/** What the request came to. `charged` undefined = not known: then what was reserved counts. */
export type Outcome = { readonly charged: PicoUsd | undefined; readonly tokens: number };

export type Allowance = {
  /** What budgets hold for it, and count where its cost is not known; null = it has none, or nobody knows what it may cost. */
  readonly reservedUsd: string | null;
  settle(outcome: Outcome): Promise<void>;
};

export type Allowances = {
  /** @throws RouterError `rate_limit_exceeded`, `budget_exceeded` or `budget_unavailable`; then nothing is held */
  admit(ask: Ask): Promise<Allowance>;
  /** Waits for what could not be settled yet, at most that long. */
  close(withinMs?: number): Promise<void>;
};

export const MINUTE_SEC = 60;
/** Beyond its deadline a request still has its end to record. */
const GRACE_MS = 60_000;
const RESERVE_WITHIN_MS = 2_000;
const RETRY_MS = 1_000;
const MOST_WAITING = 10_000;
const MOST_TRIES = 60;
/** An answer is not held up longer by a database that is mute. */
const SETTLE_WITHIN_MS = 2_000;

type Tools = { readonly postgres: Postgres; readonly limiter: Limiter; readonly clock: Clock; readonly logger: Logger };
type Release = (outcome: Outcome) => Promise<void>;

export function openAllowances(tools: Tools): Allowances {
  const unsettled = createUnsettled(tools);
  return {
    async admit(ask) {
      const { caller } = ask;
      const held: Release[] = [];
      try {
        for (const holder of holdersOf(caller)) {
          // One by one: what was taken before a refusal is given back.
          held.push(...(await takePlace(ask, holder, tools)));
          held.push(...(await takeTokens(ask, holder, tools)));
        }
        held.push(...(await takeMoney(ask, tools, unsettled)));
      } catch (error) {
        await releaseAll(held, { charged: 0n, tokens: 0 }, tools);
        throw error;
      }
      return {
        reservedUsd: caller.budgets.length === 0 || ask.estimate === undefined ? null : formatUsd(ask.estimate),
        settle: (outcome) => releaseAll(held, outcome, tools),
      };
    },
    close: (withinMs = 2_000) => unsettled.close(withinMs),
  };
}

/** Never throws: the answer is there, and what is held too long ends by itself. */
async function releaseAll(held: readonly Release[], outcome: Outcome, { logger }: Tools): Promise<void> {
  for (const { status, reason } of (await Promise.allSettled(held.map((release) => release(outcome)))).map(asFailure)) {
    if (status === 'rejected') logger.warn('what a request held could not be given back', { error: reason });
  }
}

function asFailure(result: PromiseSettledResult<void>): { readonly status: string; readonly reason?: unknown } {
  return result;
}

type Holder = { readonly scope: 'key' | 'org'; readonly id: string; readonly limits: KeyHolder['limits'] };

export function holdersOf({ lineId, limits, orgId, orgLimits }: KeyHolder): readonly Holder[] {
  return [
    { scope: 'key', id: lineId, limits },
    { scope: 'org', id: orgId, limits: orgLimits },
  ];
}

async function takePlace(
  { requestId, mostMs }: Ask,
  { scope, id, limits }: Holder,
  { limiter }: Tools,
): Promise<Release[]> {
  const most = limits.concurrent;
  if (most === null) return [];
  const key = `${scope}:${id}`;
  if (await limiter.enter(key, requestId, most, mostMs + GRACE_MS)) return [() => limiter.leave(key, requestId)];
  throw new RouterError(
    'rate_limit_exceeded',
    `This ${scope} may have ${most} requests running at once, and has: wait for one of them to end.`,
    { retryAfterSec: 1, shouldRetry: true, details: { limit: 'concurrent', scope, max: most, remaining: 0 } },
  );
}

async function takeTokens(
  { tokens }: Ask,
  { scope, id, limits }: Holder,
  { limiter, clock }: Tools,
): Promise<Release[]> {
  const most = limits.tokensPerMin;
  if (most === null) return [];
  const key = tokensKey(scope, id);
  const { used, resetMs } = await limiter.add(key, tokens, MINUTE_SEC);
  const windowEnds = clock.monotonicMs() + resetMs;
  const adjust: Release = async (outcome) => {
    const more = outcome.tokens - tokens;
    if (more > 0) await limiter.add(key, more, MINUTE_SEC);
    // What was taken in a window that is over is not given back to the next.
    else if (more < 0 && clock.monotonicMs() < windowEnds) await limiter.takeBack(key, -more, MINUTE_SEC);
  };
  if (used <= most) return [adjust];
  await adjust({ charged: 0n, tokens: 0 });
  const resetSec = Math.max(1, Math.ceil(resetMs / 1_000));
  const never = tokens > most;
  throw new RouterError(
    'rate_limit_exceeded',
    never
      ? `This ${scope} may use ${most} tokens a minute, and the request alone is estimated at ${tokens}: send less, or set max_tokens.`
      : `This ${scope} may use ${most} tokens a minute; the request is estimated at ${tokens}, and ${Math.max(0, most - used + tokens)} are left for ${resetSec} s.`,
    {
      ...(never ? {} : { retryAfterSec: resetSec }),
      shouldRetry: !never,
      details: {
        limit: 'tokens_per_min',
        scope,
        max: most,
        remaining: Math.max(0, most - used + tokens),
        estimated_tokens: tokens,
        reset_sec: resetSec,
      },
    },
  );
}

export function tokensKey(scope: 'key' | 'org', id: string): string {
  return `tokens:${scope}:${id}`;
}

async function takeMoney(ask: Ask, tools: Tools, unsettled: Unsettled): Promise<Release[]> {
  const { requestId, caller, at, mostMs } = ask;
  if (caller.budgets.length === 0) return [];
  const budgetIds = caller.budgets.map(({ id }) => id);
  const amount = ask.estimate ?? 0n;
  const wanted: Reservation = { requestId, budgetIds, amount, at, expiresAt: at + mostMs + GRACE_MS };
  // Without a hard limit nothing can be refused: what it cost is counted at the end.
  if (caller.budgets.some(({ hard }) => hard)) {
    if (ask.estimate === undefined) throw unpriced();
    await reserveOrRefuse(wanted, tools);
  }
  return [({ charged = amount }) => unsettled.settle({ requestId, budgetIds, at, amount: charged })];
}

async function reserveOrRefuse(wanted: Reservation, { postgres, clock }: Tools): Promise<void> {
  const over = new AbortController();
  const late = clock.sleep(RESERVE_WITHIN_MS, over.signal).then(() => 'late' as const);
  const asked = reserve(postgres, wanted, clock.now());
  // The one that loses has nobody left to hear it. A reservation that still comes to be expires.
  for (const loser of [late, asked]) loser.catch(() => undefined);
  let short: Awaited<typeof asked> | 'late';
  try {
    short = await Promise.race([asked, late]);
  } catch (error) {
    if (isUnavailable(error)) throw unavailable(error);
    throw error;
  } finally {
    over.abort();
  }
  if (short === 'late') throw unavailable(new Error(`the database did not answer within ${RESERVE_WITHIN_MS} ms`));
  if (!short) return;
  throw new RouterError(
    'budget_exceeded',
    `The ${short.period} budget of this ${short.scope} has no room for this request: ${short.spent_usd} USD are spent and ${short.reserved_usd} reserved of ${short.hard_limit_usd}; the request may cost up to ${formatUsd(wanted.amount)}. It begins anew at ${short.resets_at}.`,
    { shouldRetry: false, details: { limit: 'budget', ...short, estimated_usd: formatUsd(wanted.amount) } },
  );
}

function unavailable(cause: unknown): RouterError {
  return new RouterError(
    'budget_unavailable',
    'The budget of this key cannot be checked at the moment, because the database is away: try again shortly.',
    { retryAfterSec: 2, shouldRetry: true },
    { cause },
  );
}

function unpriced(): RouterError {
  return new RouterError(
    'budget_exceeded',
    'A key with a hard budget may only call models whose price is known: name another model, or `auto`.',
    { param: 'model', shouldRetry: false, details: { limit: 'budget', reason: 'price_unknown' } },
  );
}

type Unsettled = { settle(spent: Spent): Promise<void>; close(withinMs: number): Promise<void> };

/** Settles, and keeps what the database did not take until it does. What a crash loses is told by `npm run rebuild-totals`. */
function createUnsettled({ postgres, clock, logger }: Tools): Unsettled {
  const waiting: (Spent & { tries: number })[] = [];
  const stopping = new AbortController();
  let draining: Promise<void> | undefined;

  const drain = async (): Promise<void> => {
    for (let next = waiting[0]; next; next = waiting[0]) {
      try {
        await settle(postgres, next, clock.now());
        waiting.shift();
      } catch (error) {
        if (stopping.signal.aborted) return;
        next.tries += 1;
        // A database that is away is waited for; what it refuses again and again is given up.
        if (next.tries > MOST_TRIES && !isUnavailable(error)) {
          logger.error('what a request cost could not be counted', { requestId: next.requestId, error });
          waiting.shift();
        } else await clock.sleep(RETRY_MS, stopping.signal).catch(() => undefined);
      }
    }
    draining = undefined;
  };

  const settleOrKeep = async (spent: Spent): Promise<void> => {
    try {
      await settle(postgres, spent, clock.now());
    } catch (error) {
      logger.warn('what a request cost is counted later', { requestId: spent.requestId, error });
      if (waiting.length >= MOST_WAITING) waiting.shift();
      waiting.push({ ...spent, tries: 0 });
      draining ??= drain();
    }
  };

  return {
    async settle(spent) {
      const over = new AbortController();
      const late = clock.sleep(SETTLE_WITHIN_MS, over.signal).catch(() => undefined);
      await Promise.race([settleOrKeep(spent), late]);
      over.abort();
    },
    async close(withinMs) {
      const over = new AbortController();
      const late = clock.sleep(withinMs, over.signal).catch(() => undefined);
      await Promise.race([draining, late]);
      stopping.abort();
      over.abort();
      if (waiting.length > 0)
        logger.error('costs of requests were never counted: rebuild the totals', { count: waiting.length });
    },
  };
}
