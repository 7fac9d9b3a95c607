// What budgets say was spent, counted again from the events of the log. What is running meanwhile is not counted twice: its
// reservation still stands, and its settlement waits until the new figures do.
import { type PicoUsd, formatUsd, parseUsd } from '../domain/money.ts';
import type { EventData } from '../domain/events.ts';
import { isoTime } from '../platform/clock.ts';
import type { Queryable } from '../platform/postgres.ts';
import { type BudgetPeriod, type BudgetScope, periodStart } from './budgetSettings.ts';
import type { AccountTools } from './outbox.ts';

export type Completed = EventData<'RequestCompleted'>;

/** Everything that the log holds and this has not told yet. Called twice: for the bulk, then for the rest under the lock. */
export type ReadCompleted = () => AsyncIterable<Completed>;

export type RebuiltBudget = {
  readonly id: string;
  readonly scope: BudgetScope;
  readonly subject_id: string;
  readonly period: BudgetPeriod;
  readonly spent_before_usd: string;
  readonly spent_usd: string;
  /** Requests without a known cost: they are in no sum. */
  readonly unpriced: number;
};

type BudgetRow = {
  id: string;
  scope: BudgetScope;
  subject_id: string;
  period: BudgetPeriod;
  spent_usd: string;
  running: string[];
};
type Counted = {
  readonly id: string;
  readonly holders: readonly string[];
  readonly at: number;
  readonly cost: PicoUsd | null;
};

export async function rebuildTotals(
  { postgres, clock }: Pick<AccountTools, 'postgres' | 'clock'>,
  read: ReadCompleted,
): Promise<readonly RebuiltBudget[]> {
  const now = clock.now();
  const since = periodStart('monthly', now);
  const lines = await readLines(postgres);
  const counted: Counted[] = [];
  const collect = async (): Promise<void> => {
    for await (const event of read()) {
      const at = Date.parse(event.routedAt);
      if (at < since) continue;
      counted.push({ id: event.requestId, at, holders: holdersOf(event, lines), cost: chargedOf(event) });
    }
  };
  await collect();
  return await postgres.transaction(async (client) => {
    // The log may be long and the lock must not: most of it has been read by now.
    const budgets = await lockBudgets(client);
    await collect();
    const rebuilt: RebuiltBudget[] = [];
    for (const budget of budgets) rebuilt.push(await rewrite(client, budget, counted, now));
    return rebuilt;
  });
}

/** No settlement is tried longer. */
const RECENT_MS = 3_600_000;

async function readLines(client: Queryable): Promise<ReadonlyMap<string, string>> {
  const { rows } = await client.query<{ id: string; line_id: string }>('select id, line_id from api_keys');
  return new Map(rows.map(({ id, line_id }) => [id, line_id]));
}

function holdersOf({ orgId, keyId }: Completed, lines: ReadonlyMap<string, string>): string[] {
  return [`org ${orgId}`, `key ${lines.get(keyId) ?? keyId}`];
}

/** As it was settled: an unknown cost counts as what was held for it. */
function chargedOf({ costUsd, markupUsd, reservedUsd }: Completed): PicoUsd | null {
  if (costUsd !== null) return parseUsd(costUsd) + parseUsd(markupUsd ?? '0');
  return typeof reservedUsd === 'string' ? parseUsd(reservedUsd) : null;
}

async function lockBudgets(client: Queryable): Promise<BudgetRow[]> {
  await client.query('select from budgets order by id for update');
  const { rows } = await client.query<BudgetRow>(
    `select id, scope, subject_id, period, trim_scale(spent_usd)::text as spent_usd,
       array(select request_id::text from budget_reservations where budget_id = b.id) as running
     from budgets b order by id`,
  );
  return rows;
}

async function rewrite(
  client: Queryable,
  budget: BudgetRow,
  counted: readonly Counted[],
  now: number,
): Promise<RebuiltBudget> {
  const { id, scope, subject_id, period, spent_usd } = budget;
  const since = periodStart(period, now);
  const running = new Set(budget.running);
  const mine = counted.filter(
    (one) => one.at >= since && one.holders.includes(`${scope} ${subject_id}`) && !running.has(one.id),
  );
  const total = formatUsd(mine.reduce((sum, { cost }) => sum + (cost ?? 0n), 0n));
  await client.query(
    `update budgets set spent_usd = $2, period_start = $3,
       reserved_usd = (select coalesce(sum(amount_usd), 0) from budget_reservations where budget_id = $1) where id = $1`,
    [id, total, isoTime(since)],
  );
  // What is counted here is not counted again by a settlement that is still on its way.
  await client.query(
    `insert into budget_settlements (request_id, budget_id, settled_at) select unnest($1::uuid[]), $2, $3 on conflict do nothing`,
    [mine.filter(({ at }) => at > now - RECENT_MS).map((one) => one.id), id, isoTime(now)],
  );
  const unpriced = mine.filter(({ cost }) => cost === null).length;
  return { id, scope, subject_id, period, spent_before_usd: spent_usd, spent_usd: total, unpriced };
}
