// Budgets of a fresh org on a real database, with a clock that stands still until it is moved: call inside `describe`.
import { beforeEach } from 'mocha';
import { createApiKey } from '../../src/accounts/accounts.ts';
import { type BudgetWish, listBudgets, setBudget } from '../../src/accounts/budgetSettings.ts';
import { type Reservation, reserve, settle } from '../../src/accounts/budgets.ts';
import { parseUsd } from '../../src/domain/money.ts';
import { type Clock, createRandom, systemClock } from '../../src/platform/clock.ts';
import { useDatabase } from './postgres.ts';

export const random = createRandom(systemClock);
export const NOON = Date.parse('2026-11-25T12:00:00Z');
export const DAY = 86_400_000;

export function useBudgets() {
  const database = useDatabase();
  const time = { ms: NOON };
  const clock: Clock = { ...systemClock, now: () => time.ms };
  const tools = () => ({ postgres: database.postgres, clock, random });
  const own = { orgId: '', keyId: '' };
  let orgs = 0;
  beforeEach(async () => {
    time.ms = NOON;
    await database.postgres.query('delete from budget_reservations');
    const { orgId, keyId } = await createApiKey(tools(), { org: `org ${(orgs += 1)}`, by: 'test' });
    Object.assign(own, { orgId, keyId });
  });
  const budget = async (wish: Partial<BudgetWish>): Promise<string> => {
    const { id } = await setBudget(
      tools(),
      { scope: 'org', subjectId: own.orgId, period: 'daily', softLimitUsd: null, hardLimitUsd: null, ...wish },
      'test',
    );
    return id;
  };
  const wanted = (budgetIds: readonly string[], usd: string, fields: Partial<Reservation> = {}): Reservation => ({
    requestId: random.uuid(),
    budgetIds,
    amount: parseUsd(usd),
    at: time.ms,
    expiresAt: time.ms + 60_000,
    ...fields,
  });
  const take = (budgetIds: readonly string[], usd: string) =>
    reserve(database.postgres, wanted(budgetIds, usd), time.ms);
  const spend = (reservation: Reservation, usd: string) =>
    settle(database.postgres, { ...reservation, amount: parseUsd(usd) }, time.ms);
  const stands = async (id: string) => {
    const [view] = await listBudgets(database.postgres, { id }, clock);
    return [view?.spent_usd, view?.reserved_usd];
  };
  const alerts = async (id: string) => {
    const { rows } = await database.postgres.query<{ message: string }>(
      "select message from alerts where kind = 'budget_soft_limit' and subject = $1 order by raised_at",
      [`org ${id}`],
    );
    return rows;
  };

  return { database, time, clock, tools, own, budget, wanted, take, spend, stands, alerts };
}
