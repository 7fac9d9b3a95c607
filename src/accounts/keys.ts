// Keys: made, listed, changed and rotated. What is not said when a key is made is not limited; a rotated key keeps its line.
import { RouterError } from '../domain/errors.ts';
import { isoTime } from '../platform/clock.ts';
import type { Queryable } from '../platform/postgres.ts';
import { type NewApiKey, makeApiKey } from './apiKeys.ts';
import { type AccountTools, writeAction } from './outbox.ts';
import { type Page, type PageWish, placeOf, toPage } from './pages.ts';

export const SCOPES = ['chat', 'read', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

/** Per minute, and at once; null = no limit. */
export type LimitSettings = {
  readonly requests_per_min?: number | null | undefined;
  readonly tokens_per_min?: number | null | undefined;
  readonly concurrent?: number | null | undefined;
};

export type KeySettings = {
  readonly scopes?: readonly string[] | undefined;
  /** ISO time; null = never. */
  readonly expiresAt?: string | null | undefined;
  readonly limits?: LimitSettings | undefined;
  readonly allowedModels?: readonly string[] | null | undefined;
  readonly allowedIps?: readonly string[] | null | undefined;
};

type Insert = KeySettings & {
  readonly made: NewApiKey;
  readonly id: string;
  readonly lineId?: string;
  readonly orgId: string;
  readonly userId: string;
  readonly at: string;
  readonly by: string;
};

/** The key's row, its user's newest prefix, and the action, which says all but the secret. */
export async function insertKey(client: Queryable, wanted: Insert): Promise<void> {
  const { made, id, orgId, userId, at, by, limits = {} } = wanted;
  const scopes = [...(wanted.scopes ?? ['chat', 'read'])];
  const { lineId = id, expiresAt = null, allowedModels = null, allowedIps = null } = wanted;
  await client.query(
    `insert into api_keys (id, line_id, user_id, org_id, hash, prefix, scopes, created_at, expires_at, allowed_models, allowed_ips,
       requests_per_min, tokens_per_min, concurrent_requests)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
    [
      id,
      lineId,
      userId,
      orgId,
      made.hash,
      made.prefix,
      scopes,
      at,
      expiresAt,
      allowedModels,
      allowedIps,
      limits.requests_per_min ?? null,
      limits.tokens_per_min ?? null,
      limits.concurrent ?? null,
    ],
  );
  await client.query('update users set api_key_hash = $2, api_key_prefix = $3, updated_at = $4 where id = $1', [
    userId,
    made.hash,
    made.prefix,
    at,
  ]);
  const detail = {
    prefix: made.prefix,
    scopes,
    ...(expiresAt === null ? {} : { expires_at: expiresAt }),
    ...(wanted.limits ? { limits: wanted.limits } : {}),
    ...(allowedModels ? { allowed_models: allowedModels } : {}),
    ...(allowedIps ? { allowed_ips: allowedIps } : {}),
  };
  await writeAction(client, { at, by, action: 'key_created', orgId, subjectId: id, detail });
}

export type KeyView = {
  readonly id: string;
  readonly org_id: string;
  readonly user_email: string;
  readonly prefix: string;
  readonly scopes: readonly string[];
  readonly created_at: Date;
  readonly expires_at: Date | null;
  readonly revoked_at: Date | null;
  readonly last_used_at: Date | null;
  readonly limits: {
    readonly requests_per_min: number | null;
    readonly tokens_per_min: number | null;
    readonly concurrent: number | null;
  };
  readonly allowed_models: readonly string[] | null;
  readonly allowed_ips: readonly string[] | null;
};

const VIEW = `
  select k.id, k.org_id, u.email as user_email, k.prefix, k.scopes, k.created_at, k.expires_at, k.revoked_at, k.last_used_at,
    json_build_object('requests_per_min', k.requests_per_min, 'tokens_per_min', k.tokens_per_min, 'concurrent', k.concurrent_requests) as limits,
    k.allowed_models, k.allowed_ips
  from api_keys k join users u on u.id = k.user_id`;

export async function listKeys(
  client: Queryable,
  wish: PageWish & { readonly orgId?: string | undefined },
): Promise<Page<KeyView>> {
  const { rows } = await client.query<KeyView>(
    `${VIEW} where ($1::uuid is null or k.org_id = $1) and (k.created_at, k.id) > ($2, $3) order by k.created_at, k.id limit $4`,
    [wish.orgId ?? null, ...placeOf(wish.cursor), wish.limit + 1],
  );
  return toPage(rows, wish.limit);
}

/** @throws RouterError `not_found` */
export async function readKeyView(client: Queryable, keyId: string): Promise<KeyView> {
  const { rows } = await client.query<KeyView>(`${VIEW} where k.id = $1`, [keyId]);
  if (rows[0]) return rows[0];
  throw new RouterError('not_found', 'There is no key of that id.', { shouldRetry: false });
}

/** Writes what is given over what the key had. @throws RouterError `not_found` */
export async function changeKey(
  { postgres, clock }: AccountTools,
  keyId: string,
  change: KeySettings,
  by: string,
): Promise<KeyView> {
  const at = isoTime(clock.now());
  return await postgres.transaction(async (client) => {
    // Whoever else changes it waits: what both leave alone is not undone by either.
    await client.query('select from api_keys where id = $1 for update', [keyId]);
    const view = await readKeyView(client, keyId);
    const limits = { ...view.limits, ...withoutUndefined(change.limits ?? {}) };
    await client.query(
      `update api_keys set scopes = $2, expires_at = $3, allowed_models = $4, allowed_ips = $5, requests_per_min = $6,
         tokens_per_min = $7, concurrent_requests = $8 where id = $1`,
      [
        keyId,
        kept(change.scopes, view.scopes),
        kept<string | Date | null>(change.expiresAt, view.expires_at),
        kept(change.allowedModels, view.allowed_models),
        kept(change.allowedIps, view.allowed_ips),
        limits.requests_per_min,
        limits.tokens_per_min,
        limits.concurrent,
      ],
    );
    const detail = withoutUndefined({ ...change });
    await writeAction(client, { at, by, action: 'key_changed', orgId: view.org_id, subjectId: keyId, detail });
    return await readKeyView(client, keyId);
  });
}

type Rotated = { readonly key: string; readonly view: KeyView };

/**
 * A new key with everything that the old one had; the old one ends after the overlap. A key that expires gives its successor
 * as long a life as it was given itself. @throws RouterError `not_found`, `validation_error` for a key that is revoked
 */
export async function rotateKey(
  { postgres, clock, random }: AccountTools,
  wanted: { readonly keyId: string; readonly overlapSec: number; readonly by: string },
): Promise<Rotated> {
  const { keyId, overlapSec, by } = wanted;
  const made = await makeApiKey(random);
  const now = clock.now();
  const at = isoTime(now);
  return await postgres.transaction(async (client) => {
    const { rows } = await client.query<{ user_id: string; line_id: string }>(
      'select user_id, line_id from api_keys where id = $1 and revoked_at is null for update',
      [keyId],
    );
    const old = await readKeyView(client, keyId);
    const [owner] = rows;
    if (!owner)
      throw new RouterError('validation_error', 'A revoked key cannot be rotated: make a new one.', {
        shouldRetry: false,
      });
    const lifeMs = await lifeOfLine(client, owner.line_id);
    const id = random.uuid();
    await insertKey(client, {
      made,
      id,
      at,
      by,
      orgId: old.org_id,
      userId: owner.user_id,
      lineId: owner.line_id,
      scopes: old.scopes,
      expiresAt: lifeMs === null ? null : isoTime(now + lifeMs),
      limits: old.limits,
      allowedModels: old.allowed_models,
      allowedIps: old.allowed_ips,
    });
    const until = isoTime(now + overlapSec * 1_000);
    await client.query('update api_keys set expires_at = least(expires_at, $2::timestamptz) where id = $1', [
      keyId,
      until,
    ]);
    const detail = { successor: id, old_key_ends_at: until };
    await writeAction(client, { at, by, action: 'key_rotated', orgId: old.org_id, subjectId: keyId, detail });
    return { key: made.key, view: await readKeyView(client, id) };
  });
}

/** How long the newest key of a line was given to live, null = for ever. An older one's end is that of its overlap. */
async function lifeOfLine(client: Queryable, lineId: string): Promise<number | null> {
  const { rows } = await client.query<{ created_at: Date; expires_at: Date | null }>(
    'select created_at, expires_at from api_keys where line_id = $1 order by created_at desc, id desc limit 1',
    [lineId],
  );
  const [newest] = rows;
  return newest?.expires_at ? newest.expires_at.getTime() - newest.created_at.getTime() : null;
}

/** What is given, else what was there before. */
export function kept<T>(given: T | undefined, had: T): T {
  return given === undefined ? had : given;
}

function withoutUndefined<T extends object>(given: T): T {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as T;
}
