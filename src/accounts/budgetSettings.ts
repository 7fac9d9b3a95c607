// Budgets as an operator sets and sees them. What requests reserve and spend is written in budgets.ts.
import { RouterError } from '../domain/errors.ts';
import { type Clock, isoTime } from '../platform/clock.ts';
import type { Queryable } from '../platform/postgres.ts';
import { type AccountTools, writeAction } from './outbox.ts';

export type BudgetScope = 'org' | 'key';
export type BudgetPeriod = 'daily' | 'monthly';

/** Amounts are exact USD text; null = no such limit. */
export type BudgetView = {
  readonly id: string;
  readonly scope: BudgetScope;
  /** An org's id, or that of the first key of a line of rotations. */
  readonly subject_id: string;
  readonly org_id: string;
  readonly period: BudgetPeriod;
  readonly soft_limit_usd: string | null;
  readonly hard_limit_usd: string | null;
  readonly spent_usd: string;
  readonly reserved_usd: string;
  readonly resets_at: string;
};

/** ms epoch at which the period began that `now` is in, in UTC. */
export function periodStart(period: BudgetPeriod, now: number): number {
  const date = new Date(now);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), period === 'monthly' ? 1 : date.getUTCDate());
}

export function periodEnd(period: BudgetPeriod, now: number): number {
  const date = new Date(periodStart(period, now));
  return period === 'monthly'
    ? Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1)
    : date.getTime() + 86_400_000;
}

type BudgetRow = Omit<BudgetView, 'resets_at'> & { readonly period_start: Date };
type Asked = {
  readonly orgId?: string | undefined;
  readonly keyId?: string | undefined;
  readonly id?: string | undefined;
};

/** An org's budgets and those of its keys; with a key only the org's own and that key's. */
export async function listBudgets(client: Queryable, asked: Asked, clock: Pick<Clock, 'now'>): Promise<BudgetView[]> {
  const { rows } = await client.query<BudgetRow>(
    `select id, scope, subject_id, org_id, period, trim_scale(soft_limit_usd)::text as soft_limit_usd,
       trim_scale(hard_limit_usd)::text as hard_limit_usd, trim_scale(spent_usd)::text as spent_usd,
       trim_scale(reserved_usd)::text as reserved_usd, period_start
     from budgets
     where ($1::uuid is null or org_id = $1) and ($2::uuid is null or id = $2)
       and ($3::uuid is null or scope = 'org' or subject_id = (select line_id from api_keys where id = $3))
     order by created_at, id`,
    [asked.orgId ?? null, asked.id ?? null, asked.keyId ?? null],
  );
  const now = clock.now();
  return rows.map(({ period_start, ...row }) => ({
    ...row,
    // A budget that nothing was spent from since its period ended still has the figures of that one.
    spent_usd: period_start.getTime() < periodStart(row.period, now) ? '0' : row.spent_usd,
    resets_at: isoTime(periodEnd(row.period, now)),
  }));
}

export type BudgetWish = {
  readonly scope: BudgetScope;
  /** An org's id, or any key's of a line. */
  readonly subjectId: string;
  readonly period: BudgetPeriod;
  readonly softLimitUsd: string | null;
  readonly hardLimitUsd: string | null;
};

/** Makes or changes the one budget of that subject and period; what was spent stays. @throws RouterError `not_found` */
export async function setBudget(tools: AccountTools, wish: BudgetWish, by: string): Promise<BudgetView> {
  const { postgres, clock, random } = tools;
  const now = clock.now();
  const at = isoTime(now);
  return await postgres.transaction(async (client) => {
    const { orgId, subjectId } = await findSubject(client, wish.scope, wish.subjectId);
    const { rows } = await client.query<{ id: string }>(
      `insert into budgets (id, org_id, scope, subject_id, period, soft_limit_usd, hard_limit_usd, period_start, created_at, updated_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)
       on conflict (scope, subject_id, period) do update set soft_limit_usd = excluded.soft_limit_usd,
         hard_limit_usd = excluded.hard_limit_usd, updated_at = excluded.updated_at, alerted_for = null
       returning id`,
      [
        random.uuid(),
        orgId,
        wish.scope,
        subjectId,
        wish.period,
        wish.softLimitUsd,
        wish.hardLimitUsd,
        isoTime(periodStart(wish.period, now)),
        at,
      ],
    );
    const { scope, period, softLimitUsd, hardLimitUsd } = wish;
    const detail = { scope, period, soft_limit_usd: softLimitUsd, hard_limit_usd: hardLimitUsd };
    await writeAction(client, { at, by, action: 'budget_set', orgId, subjectId, detail });
    const [budget] = await listBudgets(client, { id: rows[0]?.id }, clock);
    if (!budget) throw new Error('a budget that was just written is not there');
    return budget;
  });
}

/** @throws RouterError `not_found` */
export async function deleteBudget({ postgres, clock }: AccountTools, id: string, by: string): Promise<void> {
  await postgres.transaction(async (client) => {
    const { rows } = await client.query<{ org_id: string; subject_id: string; scope: string; period: string }>(
      'delete from budgets where id = $1 returning org_id, subject_id, scope, period',
      [id],
    );
    const [gone] = rows;
    if (!gone) throw new RouterError('not_found', 'There is no budget of that id.', { shouldRetry: false });
    await writeAction(client, {
      at: isoTime(clock.now()),
      by,
      action: 'budget_deleted',
      orgId: gone.org_id,
      subjectId: gone.subject_id,
      detail: { scope: gone.scope, period: gone.period },
    });
  });
}

async function findSubject(
  client: Queryable,
  scope: BudgetScope,
  id: string,
): Promise<{ readonly orgId: string; readonly subjectId: string }> {
  const { rows } = await client.query<{ org_id: string; subject_id: string }>(
    scope === 'org'
      ? 'select id as org_id, id as subject_id from orgs where id = $1'
      : 'select org_id, line_id as subject_id from api_keys where id = $1',
    [id],
  );
  if (rows[0]) return { orgId: rows[0].org_id, subjectId: rows[0].subject_id };
  throw new RouterError('not_found', `There is no ${scope} of that id.`, { param: 'subject_id', shouldRetry: false });
}
