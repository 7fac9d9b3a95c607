// Orgs and users: made, listed, changed.
import { RouterError } from '../domain/errors.ts';
import type { MarkupBand } from '../domain/markup.ts';
import { isoTime } from '../platform/clock.ts';
import type { Queryable } from '../platform/postgres.ts';
import { type LimitSettings, kept } from './keys.ts';
import { type AccountTools, writeAction } from './outbox.ts';
import { type Page, type PageWish, placeOf, toPage } from './pages.ts';

export type OrgSettings = {
  readonly name?: string | undefined;
  /** Model id that savings are told against; null = what `best` would have chosen. */
  readonly baselineModel?: string | null | undefined;
  readonly allowedModels?: readonly string[] | null | undefined;
  readonly limits?: LimitSettings | undefined;
  readonly markup?: readonly MarkupBand[] | null | undefined;
  /** Days that prompts and answers are kept; null = not at all. */
  readonly captureContentDays?: number | null | undefined;
};

export type OrgView = {
  readonly id: string;
  readonly name: string;
  readonly baseline_model: string | null;
  readonly allowed_models: readonly string[] | null;
  readonly limits: {
    readonly requests_per_min: number | null;
    readonly tokens_per_min: number | null;
    readonly concurrent: number | null;
  };
  readonly markup: readonly MarkupBand[] | null;
  readonly capture_content_days: number | null;
  readonly created_at: Date;
};

const VIEW = `
  select id, name, baseline_model, allowed_models, markup, capture_content_days, created_at,
    json_build_object('requests_per_min', requests_per_min, 'tokens_per_min', tokens_per_min, 'concurrent', concurrent_requests) as limits
  from orgs`;

export async function listOrgs(client: Queryable, wish: PageWish): Promise<Page<OrgView>> {
  const { rows } = await client.query<OrgView>(
    `${VIEW} where (created_at, id) > ($1, $2) order by created_at, id limit $3`,
    [...placeOf(wish.cursor), wish.limit + 1],
  );
  return toPage(rows, wish.limit);
}

/** @throws RouterError `not_found` */
export async function readOrg(client: Queryable, orgId: string): Promise<OrgView> {
  const { rows } = await client.query<OrgView>(`${VIEW} where id = $1`, [orgId]);
  if (rows[0]) return rows[0];
  throw new RouterError('not_found', 'There is no org of that id.', { shouldRetry: false });
}

/** @throws RouterError `validation_error` when the name is taken */
export async function createOrg(
  { postgres, clock, random }: AccountTools,
  { name, by, ...settings }: OrgSettings & { readonly name: string; readonly by: string },
): Promise<OrgView> {
  const id = random.uuid();
  const at = isoTime(clock.now());
  return await postgres.transaction(async (client) => {
    const { rowCount } = await client.query(
      'insert into orgs (id, name, created_at, updated_at) values ($1, $2, $3, $3) on conflict (name) do nothing',
      [id, name, at],
    );
    if (rowCount === 0) throw nameTaken();
    await writeSettings(client, await readOrg(client, id), settings, at);
    await writeAction(client, {
      at,
      by,
      action: 'org_created',
      orgId: id,
      subjectId: id,
      detail: said({ name, ...settings }),
    });
    return await readOrg(client, id);
  });
}

/** Writes what is given over what the org had. @throws RouterError `not_found`, `validation_error` when the name is taken */
export async function changeOrg(
  { postgres, clock }: AccountTools,
  orgId: string,
  change: OrgSettings,
  by: string,
): Promise<OrgView> {
  const at = isoTime(clock.now());
  return await postgres.transaction(async (client) => {
    // Whoever else changes it waits: what both leave alone is not undone by either.
    await client.query('select from orgs where id = $1 for update', [orgId]);
    const org = await readOrg(client, orgId);
    if (change.name !== undefined && change.name !== org.name) {
      const { rowCount } = await client.query('select from orgs where name = $1', [change.name]);
      if (rowCount > 0) throw nameTaken();
    }
    await writeSettings(client, org, change, at);
    await writeAction(client, { at, by, action: 'org_changed', orgId, subjectId: orgId, detail: said(change) });
    return await readOrg(client, orgId);
  });
}

async function writeSettings(client: Queryable, org: OrgView, change: OrgSettings, at: string): Promise<void> {
  const markup = kept(change.markup, org.markup);
  const { limits = {} } = change;
  await client.query(
    `update orgs set name = $2, baseline_model = $3, allowed_models = $4, requests_per_min = $5, tokens_per_min = $6,
       concurrent_requests = $7, markup = $8, capture_content_days = $9, updated_at = $10 where id = $1`,
    [
      org.id,
      kept(change.name, org.name),
      kept(change.baselineModel, org.baseline_model),
      kept(change.allowedModels, org.allowed_models),
      kept(limits.requests_per_min, org.limits.requests_per_min),
      kept(limits.tokens_per_min, org.limits.tokens_per_min),
      kept(limits.concurrent, org.limits.concurrent),
      markup === null ? null : JSON.stringify(markup),
      kept(change.captureContentDays, org.capture_content_days),
      at,
    ],
  );
}

export type UserView = {
  readonly id: string;
  readonly org_id: string;
  readonly email: string;
  readonly created_at: Date;
};

export async function listUsers(
  client: Queryable,
  wish: PageWish & { readonly orgId?: string | undefined },
): Promise<Page<UserView>> {
  const { rows } = await client.query<UserView>(
    `select id, org_id, email, created_at from users where ($1::uuid is null or org_id = $1) and (created_at, id) > ($2, $3)
     order by created_at, id limit $4`,
    [wish.orgId ?? null, ...placeOf(wish.cursor), wish.limit + 1],
  );
  return toPage(rows, wish.limit);
}

/** @throws RouterError `not_found` for the org, `validation_error` when it has a user of that address */
export async function createUser(
  { postgres, clock, random }: AccountTools,
  { orgId, email, by }: { readonly orgId: string; readonly email: string; readonly by: string },
): Promise<UserView> {
  const id = random.uuid();
  const now = clock.now();
  const at = isoTime(now);
  return await postgres.transaction(async (client) => {
    await readOrg(client, orgId);
    const { rowCount } = await client.query(
      'insert into users (id, org_id, email, created_at, updated_at) values ($1, $2, $3, $4, $4) on conflict (org_id, email) do nothing',
      [id, orgId, email, at],
    );
    if (rowCount === 0) {
      throw new RouterError('validation_error', 'email: this org has a user of that address already.', {
        param: 'email',
        shouldRetry: false,
      });
    }
    await writeAction(client, { at, by, action: 'user_created', orgId, subjectId: id, detail: {} });
    return { id, org_id: orgId, email, created_at: new Date(now) };
  });
}

function nameTaken(): RouterError {
  return new RouterError('validation_error', 'name: another org has that name already.', {
    param: 'name',
    shouldRetry: false,
  });
}

/** What was said, as the action keeps it. */
function said(settings: OrgSettings): Record<string, unknown> {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}
