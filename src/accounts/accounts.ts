// What the rooms of accounts share, and a key for an org by name, for the command line and the first start. SQL is the record;
// every change also goes to the log through the outbox, in the same transaction.
import { isoTime } from '../platform/clock.ts';
import type { Queryable } from '../platform/postgres.ts';
import { makeApiKey } from './apiKeys.ts';
import { type KeySettings, insertKey } from './keys.ts';
import { type AccountTools, writeAction } from './outbox.ts';

export type CreatedKey = { readonly key: string; readonly keyId: string; readonly orgId: string };

type Wanted = KeySettings & { readonly org: string; readonly email?: string | undefined; readonly by: string };

/** A new key for a user of that org; both are made if there are none. The key itself is nowhere but in the answer. */
export async function createApiKey({ postgres, clock, random }: AccountTools, wanted: Wanted): Promise<CreatedKey> {
  const made = await makeApiKey(random);
  const at = isoTime(clock.now());
  return await postgres.transaction(async (client) => {
    const { by } = wanted;
    const org = await findOrCreateOrg(client, wanted.org, random.uuid(), at);
    if (org.created) {
      const { id: orgId } = org;
      await writeAction(client, {
        at,
        by,
        action: 'org_created',
        orgId,
        subjectId: orgId,
        detail: { name: wanted.org },
      });
    }
    const userId = await findOrCreateUser(client, { id: random.uuid(), orgId: org.id, email: wanted.email, at, by });
    const keyId = random.uuid();
    await insertKey(client, { ...wanted, made, at, by, id: keyId, orgId: org.id, userId });
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
    await writeAction(client, { at, by, action: 'key_revoked', orgId, subjectId: keyId, detail: {} });
    return true;
  });
}

export async function readOrgName(postgres: Queryable, orgId: string): Promise<string> {
  const { rows } = await postgres.query<{ name: string }>('select name from orgs where id = $1', [orgId]);
  return rows[0]?.name ?? '';
}

async function findOrCreateOrg(
  client: Queryable,
  name: string,
  id: string,
  at: string,
): Promise<{ readonly id: string; readonly created: boolean }> {
  const { rowCount } = await client.query(
    'insert into orgs (id, name, created_at, updated_at) values ($1, $2, $3, $3) on conflict (name) do nothing',
    [id, name, at],
  );
  const { rows } = await client.query<{ id: string }>('select id from orgs where name = $1', [name]);
  return { id: rows[0]?.id ?? id, created: rowCount === 1 };
}

type WantedUser = {
  readonly id: string;
  readonly orgId: string;
  /** The org's owner when there is none. */
  readonly email?: string | undefined;
  readonly at: string;
  readonly by: string;
};

/** The id of the user; a new one is an action of its own. */
export async function findOrCreateUser(client: Queryable, wanted: WantedUser): Promise<string> {
  const { id, orgId, email = 'owner', at, by } = wanted;
  const { rowCount } = await client.query(
    'insert into users (id, org_id, email, created_at, updated_at) values ($1, $2, $3, $4, $4) on conflict (org_id, email) do nothing',
    [id, orgId, email, at],
  );
  if (rowCount === 1) await writeAction(client, { at, by, action: 'user_created', orgId, subjectId: id, detail: {} });
  const { rows } = await client.query<{ id: string }>('select id from users where org_id = $1 and email = $2', [
    orgId,
    email,
  ]);
  return rows[0]?.id ?? id;
}
