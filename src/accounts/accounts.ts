// Orgs, users and keys. SQL is the record; every change also goes to the log through the outbox, in the same transaction.
import type { EventData } from '../domain/events.ts';
import { type Clock, type Random, isoTime } from '../platform/clock.ts';
import type { Postgres, Queryable } from '../platform/postgres.ts';
import { makeApiKey } from './apiKeys.ts';

export type AccountTools = { readonly postgres: Postgres; readonly clock: Clock; readonly random: Random };
export type CreatedKey = { readonly key: string; readonly keyId: string; readonly orgId: string };
export type AdminAction = EventData<'AdminActed'>;

type Wanted = {
  readonly org: string;
  readonly email?: string | undefined;
  readonly by: string;
  readonly scopes?: readonly string[];
};

/** A new key for a user of that org; both are made if there are none. The key itself is nowhere but in the answer. */
export async function createApiKey({ postgres, clock, random }: AccountTools, wanted: Wanted): Promise<CreatedKey> {
  const made = await makeApiKey(random);
  const at = isoTime(clock.now());
  const scopes = [...(wanted.scopes ?? ['chat', 'read'])];
  return await postgres.transaction(async (client) => {
    const record = (action: AdminAction['action'], orgId: string, subjectId: string, detail: AdminAction['detail']) =>
      writeOutbox(client, { at, by: wanted.by, action, orgId, subjectId, detail });
    const org = await findOrCreateOrg(client, wanted.org, random.uuid(), at);
    if (org.created) await record('org_created', org.id, org.id, { name: wanted.org });
    const user = await findOrCreateUser(
      client,
      { id: random.uuid(), orgId: org.id, email: wanted.email ?? 'owner' },
      at,
    );
    if (user.created) await record('user_created', org.id, user.id, {});
    const keyId = random.uuid();
    await client.query(
      'insert into api_keys (id, user_id, org_id, hash, prefix, scopes, created_at) values ($1, $2, $3, $4, $5, $6, $7)',
      [keyId, user.id, org.id, made.hash, made.prefix, scopes, at],
    );
    await client.query('update users set api_key_hash = $2, api_key_prefix = $3, updated_at = $4 where id = $1', [
      user.id,
      made.hash,
      made.prefix,
      at,
    ]);
    await record('key_created', org.id, keyId, { prefix: made.prefix, scopes });
    return { key: made.key, keyId, orgId: org.id };
  });
}

/** True when there was such a key and it was not revoked before. */
export async function revokeApiKey({ postgres, clock }: AccountTools, keyId: string, by: string): Promise<boolean> {
  const at = isoTime(clock.now());
  return await postgres.transaction(async (client) => {
    const { rows } = await client.query<{ org_id: string }>(
      'update api_keys set revoked_at = $2 where id = $1 and revoked_at is null returning org_id',
      [keyId, at],
    );
    const orgId = rows[0]?.org_id;
    if (orgId === undefined) return false;
    await writeOutbox(client, { at, by, action: 'key_revoked', orgId, subjectId: keyId, detail: {} });
    return true;
  });
}

export async function readOrgName(postgres: Queryable, orgId: string): Promise<string> {
  const { rows } = await postgres.query<{ name: string }>('select name from orgs where id = $1', [orgId]);
  return rows[0]?.name ?? '';
}

type Found = { readonly id: string; readonly created: boolean };

async function findOrCreateOrg(client: Queryable, name: string, id: string, at: string): Promise<Found> {
  const { rowCount } = await client.query(
    'insert into orgs (id, name, created_at, updated_at) values ($1, $2, $3, $3) on conflict (name) do nothing',
    [id, name, at],
  );
  const { rows } = await client.query<{ id: string }>('select id from orgs where name = $1', [name]);
  return { id: rows[0]?.id ?? id, created: rowCount === 1 };
}

async function findOrCreateUser(
  client: Queryable,
  user: { id: string; orgId: string; email: string },
  at: string,
): Promise<Found> {
  const { rowCount } = await client.query(
    'insert into users (id, org_id, email, created_at, updated_at) values ($1, $2, $3, $4, $4) on conflict (org_id, email) do nothing',
    [user.id, user.orgId, user.email, at],
  );
  const { rows } = await client.query<{ id: string }>('select id from users where org_id = $1 and email = $2', [
    user.orgId,
    user.email,
  ]);
  return { id: rows[0]?.id ?? user.id, created: rowCount === 1 };
}

async function writeOutbox(client: Queryable, data: AdminAction): Promise<void> {
  await client.query('insert into admin_outbox (data) values ($1)', [JSON.stringify(data)]);
}

/**
 * Hands what waits in the outbox to `append`, in order, and marks it. The rows are locked meanwhile. An end between append and
 * mark hands the same rows out again, so `append` must leave out what the log has already.
 */
export async function drainOutbox(
  { postgres, clock }: Pick<AccountTools, 'postgres' | 'clock'>,
  append: (actions: readonly AdminAction[]) => Promise<void>,
): Promise<number> {
  return await postgres.transaction(async (client) => {
    const { rows } = await client.query<{ id: bigint; data: AdminAction }>(
      'select id, data from admin_outbox where appended_at is null order by id limit 100 for update skip locked',
    );
    if (rows.length === 0) return 0;
    await append(rows.map(({ data }) => data));
    const ids = rows.map(({ id }) => id.toString());
    await client.query('update admin_outbox set appended_at = $2 where id = any($1::bigint[])', [
      ids,
      isoTime(clock.now()),
    ]);
    return rows.length;
  });
}
