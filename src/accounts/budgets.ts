// Spending against budgets, in Postgres and nowhere else: reserved before the call by one conditional update, settled from the
// outcome. Several processes may do this at once; none of them remembers anything that another would have to know.
import { type PicoUsd, formatUsd, parseUsd } from '../domain/money.ts';
import { type Clock, isoTime } from '../platform/clock.ts';
import type { Postgres, Queryable } from '../platform/postgres.ts';
import { type BudgetPeriod, type BudgetScope, periodEnd, periodStart } from './budgetSettings.ts';

export type Reservation = {
  readonly requestId: string;
  readonly budgetIds: readonly string[];
  readonly amount: PicoUsd;
  /** The request's time, ms epoch: it is spent in the period of that time. */
  readonly at: number;
  /** ms epoch after which the request is over, whatever became of it. */
  readonly expiresAt: number;
};

/** Why there was no room: the first budget that had none, and where it stands. */
export type Shortage = {
  readonly scope: BudgetScope;
  readonly period: BudgetPeriod;
  readonly hard_limit_usd: string;
  readonly spent_usd: string;
  readonly reserved_usd: string;
  readonly resets_at: string;
};

type MineRow = {
  scope: BudgetScope;
  period: BudgetPeriod;
  hard_limit_usd: string | null;
  spent_usd: string;
  reserved_usd: string;
  fits: boolean;
  ok: boolean;
};

// The rows are locked in order of their ids, so that two requests never wait for each other in a circle. A budget whose period
// is over begins the next one here; a process whose clock is behind never takes it back.
const RESERVE = `
  with mine as (
    select id, scope, period, hard_limit_usd, reserved_usd,
      greatest(period_start, case period when 'daily' then $3::timestamptz else $4::timestamptz end) as starts,
      case when period_start < case period when 'daily' then $3::timestamptz else $4::timestamptz end then 0 else spent_usd end as spent_usd
    from budgets where id = any($1::uuid[]) order by id for update
  ), told as (
    select *, hard_limit_usd is null or spent_usd + reserved_usd + $2::numeric <= hard_limit_usd as fits from mine
  ), verdict as (select coalesce(bool_and(fits), true) as ok from told),
  reserved as (
    update budgets b set reserved_usd = b.reserved_usd + $2::numeric, spent_usd = m.spent_usd, period_start = m.starts
    from mine m, verdict v where b.id = m.id and v.ok returning b.id
  ), kept as (
    insert into budget_reservations (request_id, budget_id, amount_usd, expires_at)
    select $5::uuid, id, $2::numeric, $6::timestamptz from reserved
  )
  select scope, period, hard_limit_usd::text, spent_usd::text, reserved_usd::text, fits, v.ok from told, verdict v`;

/** Undefined when all budgets had room, which is now reserved in each of them; otherwise nothing is. */
export async function reserve(postgres: Queryable, wanted: Reservation, now: number): Promise<Shortage | undefined> {
  const { rows } = await postgres.query<MineRow>(RESERVE, [
    wanted.budgetIds,
    formatUsd(wanted.amount),
    isoTime(periodStart('daily', now)),
    isoTime(periodStart('monthly', now)),
    wanted.requestId,
    isoTime(wanted.expiresAt),
  ]);
  const short = rows.find(({ ok, fits }) => !ok && !fits);
  if (!short) return undefined;
  const { scope, period, hard_limit_usd, spent_usd, reserved_usd } = short;
  return {
    scope,
    period,
    hard_limit_usd: trim(hard_limit_usd ?? '0'),
    spent_usd: trim(spent_usd),
    reserved_usd: trim(reserved_usd),
    resets_at: isoTime(periodEnd(period, now)),
  };
}

function trim(amount: string): string {
  return amount.includes('.') ? amount.replace(/\.?0+$/, '') : amount;
}

// A reservation that is gone already (it had expired) is not given back twice; what was spent counts all the same, and once,
// however often this is tried.
const SETTLE = `
  with mine as (
    select id, greatest(period_start, case period when 'daily' then $3::timestamptz else $4::timestamptz end) as starts
    from budgets where id = any($1::uuid[]) order by id for update
  ), gone as (
    delete from budget_reservations r using mine m where r.request_id = $5::uuid and r.budget_id = m.id
    returning r.budget_id, r.amount_usd
  ), first as (
    insert into budget_settlements (request_id, budget_id, settled_at) select $5::uuid, id, $7::timestamptz from mine
    on conflict do nothing returning budget_id
  ), given as (
    select m.id, m.starts, coalesce(g.amount_usd, 0) as amount_usd, f.budget_id is not null as is_first
    from mine m left join gone g on g.budget_id = m.id left join first f on f.budget_id = m.id
  )
  update budgets b set
    reserved_usd = greatest(0, b.reserved_usd - g.amount_usd),
    spent_usd = case when b.period_start < g.starts then 0 else b.spent_usd end
      + case when g.is_first and $6::timestamptz >= g.starts then $2::numeric else 0 end,
    period_start = g.starts
  from given g where b.id = g.id
  returning b.id, b.org_id, b.scope, b.subject_id, b.period, b.period_start, b.soft_limit_usd::text, b.hard_limit_usd::text,
    b.spent_usd::text, b.spent_usd > b.hard_limit_usd as overshot,
    b.soft_limit_usd is not null and b.spent_usd >= b.soft_limit_usd and b.alerted_for is distinct from b.period_start as alert`;

export type SettledBudget = {
  readonly id: string;
  readonly org_id: string;
  readonly scope: BudgetScope;
  readonly subject_id: string;
  readonly period: BudgetPeriod;
  readonly period_start: Date;
  readonly soft_limit_usd: string | null;
  readonly hard_limit_usd: string | null;
  readonly spent_usd: string;
  readonly alert: boolean;
  /** What ran has cost more than was reserved for it; null without a hard limit. */
  readonly overshot: boolean | null;
};

export type Spent = Pick<Reservation, 'requestId' | 'budgetIds' | 'at'> & { readonly amount: PicoUsd };

/** Counts what a request cost and gives back what was reserved for it. Again, it counts nothing, and tells what was not told. */
export async function settle(postgres: Postgres, spent: Spent, now: number): Promise<void> {
  const { rows } = await postgres.query<SettledBudget>(SETTLE, [
    spent.budgetIds,
    formatUsd(spent.amount),
    isoTime(periodStart('daily', now)),
    isoTime(periodStart('monthly', now)),
    spent.requestId,
    isoTime(spent.at),
    isoTime(now),
  ]);
  for (const budget of rows) {
    if (budget.alert) await alertSoftLimit(postgres, budget, now);
    if (budget.overshot) await keepAlert(postgres, budget, 'budget_overshot', OVERSHOT, now);
  }
}

/** Past its soft limit: said once a period, whichever process is first, and again when the limit was set anew. */
async function alertSoftLimit(postgres: Postgres, budget: SettledBudget, now: number): Promise<void> {
  await postgres.transaction(async (client) => {
    const { rowCount } = await client.query(
      'update budgets set alerted_for = $2 where id = $1 and alerted_for is distinct from $2',
      [budget.id, budget.period_start],
    );
    if (rowCount > 0) await keepAlert(client, budget, 'budget_soft_limit', PAST_SOFT, now);
  });
}

type Sentence = (budget: SettledBudget) => string;
const nameOf = ({ scope, period, subject_id, org_id }: SettledBudget): string =>
  `The ${period} budget of the ${scope} ${subject_id} (org ${org_id})`;
const PAST_SOFT: Sentence = (budget) =>
  `${nameOf(budget)} is past its soft limit: ${trim(budget.spent_usd)} of ${trim(budget.soft_limit_usd ?? '0')} USD.`;
const OVERSHOT: Sentence = (budget) => {
  const over = formatUsd(parseUsd(budget.spent_usd) - parseUsd(budget.hard_limit_usd ?? '0'));
  return `${nameOf(budget)} was overshot by ${over} USD: what was running cost more than its estimate.`;
};

/** Once a period and limit. The worker brings it to the log and to whoever is to hear of it. */
async function keepAlert(
  client: Queryable,
  budget: SettledBudget,
  kind: string,
  sentence: Sentence,
  now: number,
): Promise<void> {
  const limit = kind === 'budget_overshot' ? budget.hard_limit_usd : budget.soft_limit_usd;
  const key = `${budget.id} ${isoTime(budget.period_start.getTime())} ${trim(limit ?? '0')}`;
  const subject = `${budget.scope} ${budget.subject_id}`;
  await client.query(
    `insert into alerts (id, kind, subject, key, message, raised_at)
     select gen_random_uuid(), $1, $2, $3, $4, $5::timestamptz
     where not exists (select from alerts where kind = $1 and subject = $2 and key = $3)`,
    [kind, subject, key, sentence(budget), isoTime(now)],
  );
}

/** Gives back what was reserved for requests that ended without a word. One budget at a time, in the order in which others lock. */
export async function expireReservations(postgres: Queryable, clock: Pick<Clock, 'now'>): Promise<number> {
  const at = isoTime(clock.now());
  const { rows } = await postgres.query<{ budget_id: string }>(
    'select distinct budget_id from budget_reservations where expires_at < $1',
    [at],
  );
  let expired = 0;
  for (const { budget_id: id } of rows) {
    const { rows: given } = await postgres.query<{ count: number }>(
      `with mine as (select id from budgets where id = $1 for update),
       gone as (
         delete from budget_reservations r using mine m where r.budget_id = m.id and r.expires_at < $2 returning r.amount_usd
       ), total as (select count(*)::integer as count, coalesce(sum(amount_usd), 0) as amount from gone)
       update budgets b set reserved_usd = greatest(0, b.reserved_usd - t.amount) from total t, mine m where b.id = m.id
       returning t.count`,
      [id, at],
    );
    expired += given[0]?.count ?? 0;
  }
  return expired;
}

/** A settlement is tried again for minutes; that it was done is known for a day. */
const SETTLED_FOR_MS = 86_400_000;

export async function forgetSettlements(postgres: Queryable, clock: Pick<Clock, 'now'>): Promise<number> {
  const { rowCount } = await postgres.query('delete from budget_settlements where settled_at < $1', [
    isoTime(clock.now() - SETTLED_FOR_MS),
  ]);
  return rowCount;
}
