// npm run soak -- 10000: that many requests at concurrency 32 through the whole system, then every one is counted: no error,
// exactly one RequestRouted and one RequestCompleted each, and SQL totals equal to the sum over the events to the pico-dollar.
import { Pool } from 'undici';
import { formatUsd, parseUsd } from '../../src/domain/money.ts';
import { openEvent } from '../../src/eventstore/codec.ts';
import { START } from '../../src/eventstore/eventStore.ts';
import { openEventStore } from '../../src/eventstore/open.ts';
import { scanLog } from '../../src/eventstore/scanLog.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { type Postgres, openPostgres } from '../../src/platform/postgres.ts';
import { silentLogger } from '../support/logger.ts';
import { type System, removeDataDir, startSystem } from '../support/system.ts';
import { until } from '../support/until.ts';

const CONCURRENCY = 32;
const PROMPTS = [
  'Write a haiku about SQL',
  'Fix this python: def f(x): retrun x',
  'Translate to German: good morning',
  'How many prime numbers are below 100?',
];

export type SoakResult = {
  readonly requests: number;
  readonly errors: number;
  readonly routed: number;
  readonly completed: number;
  readonly doubled: number;
  readonly eventsCostUsd: string;
  readonly sqlCostUsd: string;
  readonly eventsSavingsUsd: string;
  readonly sqlSavingsUsd: string;
  readonly seconds: number;
};

export async function soak(count: number): Promise<SoakResult> {
  const system = await startSystem();
  try {
    const begun = performance.now();
    const errors = await load(system.url, system.key, count);
    const seconds = (performance.now() - begun) / 1_000;
    const postgres = openPostgres({
      connectionString: system.databaseUrl,
      applicationName: 'soak',
      logger: silentLogger,
    });
    try {
      const counted = await countEvents(system);
      const sql = await until(() => readTotals(postgres, count), { within: 120_000, what: 'the read models' });
      return { requests: count, errors, seconds: Math.round(seconds * 10) / 10, ...counted, ...sql };
    } finally {
      await postgres.close();
    }
  } finally {
    await system.stop();
    removeDataDir(system.dataDir);
  }
}

async function load(url: string, key: string, count: number): Promise<number> {
  const pool = new Pool(url, { connections: CONCURRENCY });
  let next = 0;
  let errors = 0;
  const worker = async (): Promise<void> => {
    while (next < count) {
      const content = PROMPTS[next++ % PROMPTS.length];
      const reply = await pool.request({
        method: 'POST',
        path: '/v1/chat',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: JSON.stringify({ messages: [{ role: 'user', content }] }),
      });
      await reply.body.text();
      if (reply.statusCode !== 200) errors += 1;
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  await pool.close();
  return errors;
}

async function countEvents({ databaseUrl, eventStoreUrl: url }: System) {
  const store = openEventStore({
    url,
    databaseUrl,
    applicationName: 'soak',
    clock: systemClock,
    logger: silentLogger,
  });
  const seen = { routed: new Map<string, number>(), completed: new Map<string, number>() };
  let cost = 0n;
  let savings = 0n;
  for await (const { events } of scanLog({ store, clock: systemClock, categories: ['request'], after: START })) {
    for (const event of events) {
      const { type, data } = openEvent(event);
      if (type === 'RequestRouted') seen.routed.set(data.requestId, (seen.routed.get(data.requestId) ?? 0) + 1);
      if (type !== 'RequestCompleted') continue;
      seen.completed.set(data.requestId, (seen.completed.get(data.requestId) ?? 0) + 1);
      cost += parseUsd(data.costUsd ?? '0');
      savings += parseUsd(data.savingsUsd ?? '0');
    }
  }
  await store.close();
  const doubled = [...seen.routed.values(), ...seen.completed.values()].filter((times) => times > 1).length;
  return {
    routed: seen.routed.size,
    completed: seen.completed.size,
    doubled,
    eventsCostUsd: formatUsd(cost),
    eventsSavingsUsd: formatUsd(savings),
  };
}

async function readTotals(
  postgres: Postgres,
  count: number,
): Promise<{ sqlCostUsd: string; sqlSavingsUsd: string } | undefined> {
  const { rows } = await postgres.query<{ requests: bigint; logs: bigint; cost: string; savings: string }>(
    `select (select count(*) from requests where outcome <> 'routed') as requests, (select count(*) from routing_logs) as logs,
       coalesce(sum(cost), 0)::text as cost, coalesce(sum(savings_usd), 0)::text as savings from requests`,
  );
  const [row] = rows;
  if (!row || Number(row.requests) < count || Number(row.logs) < count) return undefined;
  return { sqlCostUsd: formatUsd(parseUsd(row.cost)), sqlSavingsUsd: formatUsd(parseUsd(row.savings)) };
}

/** `npm run soak -- <count>`: the report, and whether all is well. */
export async function soakRequests(count: number): Promise<{ text: string; whole: boolean }> {
  const result = await soak(count);
  const exact = result.eventsCostUsd === result.sqlCostUsd && result.eventsSavingsUsd === result.sqlSavingsUsd;
  const whole =
    result.errors === 0 && result.routed === count && result.completed === count && result.doubled === 0 && exact;
  const told = whole ? 'Whole: nothing lost, nothing double, money exact.' : 'NOT whole.';
  return { text: `\`\`\`json\n${JSON.stringify(result, null, 2)}\n\`\`\`\n\n${told}`, whole };
}
