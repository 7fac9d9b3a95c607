// Who holds a key: found by its indexed prefix, compared by bcrypt off the event loop, at most two at a time. A key that was
// verified once is known by its digest, so bcrypt runs once a key and process.
import { verify } from '@node-rs/bcrypt';
import { RouterError } from '../domain/errors.ts';
import type { MarkupBand } from '../domain/markup.ts';
import type { Clock } from '../platform/clock.ts';
import { type Postgres, isUnavailable } from '../platform/postgres.ts';
import { digestOfKey, prefixOf } from './apiKeys.ts';

/** Null = no limit. */
export type Limits = {
  readonly requestsPerMin: number | null;
  readonly tokensPerMin: number | null;
  readonly concurrent: number | null;
};

export type BudgetRef = {
  readonly id: string;
  readonly scope: 'org' | 'key';
  readonly period: 'daily' | 'monthly';
  /** It has a hard limit: nothing is let through that was not reserved in it. */
  readonly hard: boolean;
};

export type KeyHolder = {
  readonly keyId: string;
  /** The first key of its line of rotations: what is counted is counted for the line. */
  readonly lineId: string;
  readonly prefix: string;
  readonly orgId: string;
  readonly userId: string;
  readonly scopes: readonly string[];
  readonly allowedIps: readonly string[] | null;
  readonly limits: Limits;
  readonly orgLimits: Limits;
  readonly budgets: readonly BudgetRef[];
  readonly markup: readonly MarkupBand[] | null;
  readonly keyModels: readonly string[] | null;
  readonly orgModels: readonly string[] | null;
  readonly baselineModel: string | null;
  /** Days that the org has prompts and answers kept; null = not at all. */
  readonly captureContentDays: number | null;
};

export type Authenticator = {
  /**
   * Undefined when nobody holds it. `guard` is asked before a key is compared that was not verified before, which costs a
   * quarter of a second. @throws what the guard throws, RouterError `overloaded` when too many keys wait to be compared, the
   * database's error when it is away and the key was not verified before
   */
  authenticate(key: string, guard?: CompareGuard): Promise<KeyHolder | undefined>;
  /** True when this process has verified that key before: it costs no bcrypt. */
  isVerified(key: string): boolean;
};

export type CompareGuard = {
  /** @throws when whoever asks may not try another key now */
  enter(): void;
  leave(): void;
};

const UNGUARDED: CompareGuard = { enter: () => undefined, leave: () => undefined };

/** A verified key is looked up again after this long: so a revocation takes effect within it. */
const FRESH_MS = 3_000;
/** While the database is away, keys that were verified before keep serving this long. */
const STALE_MS = 10 * 60_000;
const UNKNOWN_MS = 60_000;
const MOST_REMEMBERED = 10_000;
const AT_ONCE = 2;
/** Beyond that, seconds of bcrypt wait already. */
const MOST_WAITING = 128;
/** What a key is compared with whose prefix nobody has: so that an answer takes as long as for a wrong secret. */
const NOBODY = '$2b$12$cjvkEmEgiRQIZZ0sfgY.seQ7j78e5r1jIdvSROlHu8rDI.xdiVm5a';

/** How long a look at a key that is known may take. */
const LOOK_MS = 1_000;

class LateError extends Error {
  override readonly name = 'LateError';
}

type Known = { readonly holder: KeyHolder; readonly readAt: number };

export function createAuthenticator(postgres: Postgres, clock: Clock): Authenticator {
  return new CachingAuthenticator(postgres, clock);
}

class CachingAuthenticator implements Authenticator {
  readonly #postgres: Postgres;
  readonly #clock: Clock;
  readonly #known = new Map<string, Known>();
  readonly #unknown = new Map<string, number>();
  readonly #checking = new Map<string, Promise<KeyHolder | undefined>>();
  readonly #queue: (() => void)[] = [];
  #hashing = 0;

  constructor(postgres: Postgres, clock: Clock) {
    this.#postgres = postgres;
    this.#clock = clock;
  }

  async authenticate(key: string, guard = UNGUARDED): Promise<KeyHolder | undefined> {
    const prefix = prefixOf(key);
    if (prefix === undefined) return undefined;
    const digest = digestOfKey(key);
    const now = this.#clock.monotonicMs();
    const known = this.#known.get(digest);
    if (known && now - known.readAt < FRESH_MS) return known.holder;
    if (now - (this.#unknown.get(digest) ?? Number.NEGATIVE_INFINITY) < UNKNOWN_MS) return undefined;
    const running = this.#checking.get(digest) ?? this.#check(prefix, digest, known, now, guard);
    this.#checking.set(digest, running);
    try {
      return await running;
    } finally {
      this.#checking.delete(digest);
    }
  }

  isVerified(key: string): boolean {
    return this.#known.has(digestOfKey(key));
  }

  async #check(
    prefix: string,
    digest: string,
    known: Known | undefined,
    now: number,
    guard: CompareGuard,
  ): Promise<KeyHolder | undefined> {
    let row: KeyRow | undefined;
    try {
      row = await (known ? this.#within(LOOK_MS, readKey(this.#postgres, prefix)) : readKey(this.#postgres, prefix));
    } catch (error) {
      const away = error instanceof LateError || isUnavailable(error);
      if (known && away && now - known.readAt < STALE_MS) return known.holder;
      throw error;
    }
    // What was verified by digest needs no second bcrypt, only a look at whether it still holds.
    const genuine =
      known !== undefined || (await this.#guarded(guard, () => this.#compare(digest, row?.hash ?? NOBODY)));
    if (!row || !genuine || !isValid(row, this.#clock.now())) {
      this.#known.delete(digest);
      remember(this.#unknown, digest, now);
      return undefined;
    }
    const holder = toHolder(row);
    remember(this.#known, digest, { holder, readAt: now });
    return holder;
  }

  /** A database that is mute must not hold up a key that was verified before. */
  async #within<T>(ms: number, work: Promise<T>): Promise<T> {
    const over = new AbortController();
    const late = async (): Promise<never> => {
      await this.#clock.sleep(ms, over.signal);
      throw new LateError(`the database did not answer within ${ms} ms`);
    };
    const deadline = late();
    try {
      return await Promise.race([work, deadline]);
    } finally {
      over.abort();
      // The one that lost has nobody left to hear it.
      for (const loser of [work, deadline]) loser.catch(() => undefined);
    }
  }

  async #guarded(guard: CompareGuard, work: () => Promise<boolean>): Promise<boolean> {
    guard.enter();
    try {
      return await work();
    } finally {
      guard.leave();
    }
  }

  async #compare(digest: string, hash: string): Promise<boolean> {
    if (this.#queue.length >= MOST_WAITING)
      throw new RouterError('overloaded', 'Too many keys are being checked at the moment: try again shortly.', {
        retryAfterSec: 5,
        shouldRetry: true,
      });
    while (this.#hashing >= AT_ONCE) await new Promise<void>((resolve) => void this.#queue.push(resolve));
    this.#hashing += 1;
    try {
      return await verify(digest, hash);
    } finally {
      this.#hashing -= 1;
      this.#queue.shift()?.();
    }
  }
}

function remember<T>(map: Map<string, T>, key: string, value: T): void {
  if (map.size >= MOST_REMEMBERED) map.clear();
  map.set(key, value);
}

type Limited = { requests_per_min: number | null; tokens_per_min: number | null; concurrent_requests: number | null };
type KeyRow = Limited & {
  id: string;
  line_id: string;
  prefix: string;
  org_id: string;
  user_id: string;
  hash: string;
  scopes: string[];
  key_models: string[] | null;
  allowed_ips: string[] | null;
  org_models: string[] | null;
  org_limits: Limited;
  baseline_model: string | null;
  capture_content_days: number | null;
  markup: MarkupBand[] | null;
  budgets: BudgetRef[] | null;
  expires_at: Date | null;
  revoked_at: Date | null;
};

async function readKey(postgres: Postgres, prefix: string): Promise<KeyRow | undefined> {
  const { rows } = await postgres.query<KeyRow>(
    `select k.id, k.line_id, k.prefix, k.org_id, k.user_id, k.hash, k.scopes, k.allowed_models as key_models, k.allowed_ips,
       k.requests_per_min, k.tokens_per_min, k.concurrent_requests, k.expires_at, k.revoked_at,
       o.allowed_models as org_models, o.baseline_model, o.capture_content_days, o.markup,
       json_build_object('requests_per_min', o.requests_per_min, 'tokens_per_min', o.tokens_per_min,
         'concurrent_requests', o.concurrent_requests) as org_limits,
       (select json_agg(json_build_object('id', b.id, 'scope', b.scope, 'period', b.period, 'hard', b.hard_limit_usd is not null) order by b.id)
        from budgets b where (b.scope = 'org' and b.subject_id = k.org_id) or (b.scope = 'key' and b.subject_id = k.line_id)) as budgets
     from api_keys k join orgs o on o.id = k.org_id where k.prefix = $1`,
    [prefix],
  );
  return rows[0];
}

function isValid({ revoked_at, expires_at }: KeyRow, now: number): boolean {
  return revoked_at === null && (expires_at === null || expires_at.getTime() > now);
}

function toHolder(row: KeyRow): KeyHolder {
  return {
    keyId: row.id,
    lineId: row.line_id,
    prefix: row.prefix,
    orgId: row.org_id,
    userId: row.user_id,
    scopes: row.scopes,
    keyModels: row.key_models,
    allowedIps: row.allowed_ips,
    orgModels: row.org_models,
    baselineModel: row.baseline_model,
    captureContentDays: row.capture_content_days,
    limits: toLimits(row),
    orgLimits: toLimits(row.org_limits),
    budgets: row.budgets ?? [],
    markup: row.markup,
  };
}

function toLimits({ requests_per_min, tokens_per_min, concurrent_requests }: Limited): Limits {
  return { requestsPerMin: requests_per_min, tokensPerMin: tokens_per_min, concurrent: concurrent_requests };
}
