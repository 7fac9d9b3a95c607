// npm run soak -- totals 100000: random requests through log and projections; whole when their totals are equal to the pico-dollar in
// events, requests, usage_daily and /v1/usage.
import { requests } from '../../projections/requests.ts';
import { runProjection } from '../../projections/runner.ts';
import { openPostgresEventStore } from '../../src/eventstore/postgres.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { silentLogger } from '../support/logger.ts';
import { openTestDatabase } from '../support/postgres.ts';
import {
  type Totals,
  appendRandom,
  totalsOfDays,
  totalsOfEvents,
  totalsOfSql,
  totalsOfUsage,
} from '../support/totals.ts';

export async function soakTotals(count: number): Promise<{ text: string; whole: boolean }> {
  const database = await openTestDatabase();
  const { postgres } = database;
  const store = openPostgresEventStore({ postgres, clock: systemClock, logger: silentLogger });
  const stop = new AbortController();
  const tools = { postgres, store, clock: systemClock, logger: silentLogger, signal: stop.signal };
  const running = runProjection(requests, tools);
  try {
    const begun = performance.now();
    const made = await appendRandom(store, count, Date.now() % 2_147_483_647);
    const events = await totalsOfEvents(store, count);
    const sql = await totalsOfSql(postgres, count, 600_000);
    const usage = await totalsOfUsage(postgres);
    const days = await totalsOfDays(postgres);
    const seconds = Math.round((performance.now() - begun) / 100) / 10;
    const agrees = (totals: Partial<Totals>) =>
      Object.entries(totals).every(([name, value]) => made[name as keyof Totals] === value);
    const whole = [events, sql, usage, days].every(agrees);
    const text = `\`\`\`json\n${JSON.stringify({ seconds, made, events, sql, usage, days }, null, 2)}\n\`\`\`\n\n${whole ? 'Whole: equal to the pico-dollar.' : 'NOT whole.'}`;
    return { text, whole };
  } finally {
    stop.abort();
    await running;
    await store.close();
    await database.close();
  }
}
