// That many random requests through log and projections, then their totals by four ways: events, requests, usage_daily, /v1/usage.
import { requests } from '../../projections/requests.ts';
import { formatUsd, parseUsd } from '../../src/domain/money.ts';
import { type EventStore, START } from '../../src/eventstore/eventStore.ts';
import { openEvent } from '../../src/eventstore/codec.ts';
import type { Postgres } from '../../src/platform/postgres.ts';
import { readUsage } from '../../src/readmodels/usage.ts';
import { appendDrafts } from './eventLog.ts';
import { createRandomRequests } from './randomRequests.ts';
import { ORG } from './requestEvents.ts';
import { until } from './until.ts';

const AT_ONCE = 16;

export type Totals = {
  readonly cost: string;
  readonly savings: string;
  readonly markup: string;
  readonly requests: number;
  readonly unpriced: number;
};

export async function appendRandom(store: EventStore, count: number, seed: number): Promise<Totals> {
  const make = createRandomRequests(seed);
  const sums = { cost: 0n, savings: 0n, markup: 0n, unpriced: 0 };
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < count) {
      const { id, events, completed } = make((next += 1));
      sums.cost += parseUsd(completed.costUsd ?? '0');
      sums.savings += parseUsd(completed.savingsUsd ?? '0');
      sums.markup += parseUsd(completed.markupUsd ?? '0');
      sums.unpriced += completed.costUsd === null ? 1 : 0;
      await appendDrafts(store, `request-${id}`, events);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return toTotals(sums, count);
}

export async function totalsOfEvents(store: EventStore, count: number): Promise<Totals> {
  const sums = { cost: 0n, savings: 0n, markup: 0n, unpriced: 0 };
  let seen = 0;
  const over = new AbortController();
  for await (const { events } of store.subscribe(START, ['request'], over.signal)) {
    for (const recorded of events) {
      const event = openEvent(recorded);
      if (event.type !== 'RequestCompleted') continue;
      const { costUsd, savingsUsd, markupUsd } = event.data;
      sums.cost += parseUsd(costUsd ?? '0');
      sums.savings += parseUsd(savingsUsd ?? '0');
      sums.markup += parseUsd(markupUsd ?? '0');
      sums.unpriced += costUsd === null ? 1 : 0;
      seen += 1;
    }
    if (seen >= count) break;
  }
  over.abort();
  return toTotals(sums, seen);
}

function toTotals(sums: { cost: bigint; savings: bigint; markup: bigint; unpriced: number }, count: number): Totals {
  const { cost, savings, markup, unpriced } = sums;
  return { cost: formatUsd(cost), savings: formatUsd(savings), markup: formatUsd(markup), requests: count, unpriced };
}

export async function totalsOfSql(postgres: Postgres, count: number, within: number): Promise<Totals> {
  await until(
    async () => {
      const { rows } = await postgres.query<{ n: bigint }>(
        'select count(*) as n from requests where completed_at is not null',
      );
      return rows[0]?.n === BigInt(count);
    },
    { within, what: `the ${requests.name} projection` },
  );
  const { rows } = await postgres.query<Totals>(
    `select trim_scale(sum(cost))::text as cost, trim_scale(sum(savings_usd))::text as savings,
       trim_scale(sum(markup_usd))::text as markup, count(*)::integer as requests,
       (count(*) filter (where cost is null))::integer as unpriced from requests`,
  );
  if (!rows[0]) throw new Error('no totals');
  return rows[0];
}

export async function totalsOfDays(
  postgres: Postgres,
): Promise<Pick<Totals, 'cost' | 'savings' | 'requests' | 'unpriced'>> {
  const { rows } = await postgres.query<Totals>(
    `select trim_scale(sum(cost_usd))::text as cost, trim_scale(sum(savings_usd))::text as savings,
       sum(request_count)::integer as requests, sum(unpriced_count)::integer as unpriced from usage_daily`,
  );
  if (!rows[0]) throw new Error('no totals');
  return rows[0];
}

export async function totalsOfUsage(postgres: Postgres): Promise<Totals> {
  const range = { from: new Date('2026-11-20T00:00:00Z'), to: new Date('2026-11-21T00:00:00Z') };
  const usage = await readUsage(postgres, { orgId: ORG, ...range });
  return {
    cost: usage.total_cost_usd,
    savings: usage.total_savings_usd,
    markup: usage.total_markup_usd,
    requests: usage.total_requests,
    unpriced: usage.unpriced_requests,
  };
}
