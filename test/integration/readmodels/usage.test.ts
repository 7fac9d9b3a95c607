import { expect } from 'chai';
import { describe, it } from 'mocha';
import { requests } from '../../../projections/requests.ts';
import { formatUsd, parseUsd } from '../../../src/domain/money.ts';
import { readProjectionLag } from '../../../src/readmodels/lag.ts';
import { listRequests } from '../../../src/readmodels/requests.ts';
import { readUsage } from '../../../src/readmodels/usage.ts';
import { appendDrafts } from '../../support/eventLog.ts';
import { useProjections } from '../../support/projectionBench.ts';
import { ORG, REQUEST, completed, routed } from '../../support/requestEvents.ts';

const OTHER_ORG = '0a0a0a0a-0000-4000-8000-000000000002';
const between = (from: string, to: string, orgId = ORG) => ({ orgId, from: new Date(from), to: new Date(to) });
const DAY = between('2026-11-20T00:00:00Z', '2026-11-21T00:00:00Z');
const id = (n: number) => `0c0c0c0c-0000-4000-8000-0000000000${10 + n}`;

describe('the read models', function () {
  this.timeout(30_000);
  const bench = useProjections();
  const append = (n: number, fields: { routed?: object; completed?: object | null }) =>
    appendDrafts(bench.store, `request-${id(n)}`, [
      routed({ requestId: id(n), ...fields.routed }),
      ...(fields.completed === null ? [] : [completed({ requestId: id(n), ...fields.routed, ...fields.completed })]),
    ]);

  it('have totals that equal the sum over the events to the pico-dollar', async () => {
    bench.start(requests);
    const sums = { cost: 0n, savings: 0n };
    for (let n = 1; n <= 40; n++) {
      const costUsd = formatUsd(BigInt(n) * 333_333_333_337n);
      const savingsUsd = formatUsd(BigInt(n * 7 - 100));
      sums.cost += parseUsd(costUsd);
      sums.savings += parseUsd(savingsUsd);
      await bench.appendRequest({ costUsd, savingsUsd });
    }
    await bench.caughtUp('requests');
    const usage = await readUsage(bench.postgres, DAY);
    expect(usage).to.include({ total_requests: 40, total_tokens: 40 * 38, errors: 0, unpriced_requests: 0 });
    expect(usage.total_cost_usd).to.equal(formatUsd(sums.cost));
    expect(usage.total_savings_usd).to.equal(formatUsd(sums.savings));
    expect(usage.total_cost).to.equal(Number(formatUsd(sums.cost)));
    const { rows } = await bench.postgres.query<{ cost: string; requests: bigint }>(
      'select trim_scale(sum(cost_usd))::text as cost, sum(request_count) as requests from usage_daily',
    );
    expect(rows).to.deep.equal([{ cost: formatUsd(sums.cost), requests: 40n }]);
  });

  it('group usage by model, task and day, count errors and unpriced requests, and know their org only', async () => {
    await append(1, { completed: { costUsd: '0.1', savingsUsd: '0.2' } });
    await append(2, { completed: { costUsd: null, savingsUsd: null, taskType: 'coding' } });
    await append(3, {
      routed: { routedAt: '2026-11-19T23:59:59.999Z' },
      completed: { outcome: 'failed', modelId: null, usage: null, costUsd: '0', savingsUsd: null },
    });
    await append(4, { completed: null });
    await append(5, { routed: { orgId: OTHER_ORG }, completed: { costUsd: '7' } });
    bench.start(requests);
    await bench.caughtUp('requests');
    const usage = await readUsage(bench.postgres, between('2026-11-01T00:00:00Z', '2026-11-21T00:00:00Z'));
    // The fourth never ended and its deadline is long past: given up, an error, and not called unpriced.
    expect(usage).to.include({ total_requests: 4, errors: 2, unpriced_requests: 1, total_tokens: 76 });
    expect(usage).to.include({ total_cost: 0.1, total_cost_usd: '0.1', total_savings_usd: '0.2' });
    expect(usage.by_model.map(({ key, requests, errors }) => [key, requests, errors])).to.deep.equal([
      ['groq/openai/gpt-b', 2, 0],
      ['none', 2, 2],
    ]);
    expect(usage.by_task_type).to.deep.equal([
      {
        key: 'coding',
        requests: 4,
        errors: 2,
        tokens: 76,
        cost: 0.1,
        cost_usd: '0.1',
        savings: 0.2,
        savings_usd: '0.2',
        charged_usd: '0.1',
        net_savings_usd: '0.2',
      },
    ]);
    expect(usage.by_date.map(({ key, requests }) => [key, requests])).to.deep.equal([
      ['2026-11-19', 1],
      ['2026-11-20', 3],
    ]);
  });

  it('take `from` in and leave `to` out, at any instant', async () => {
    await append(1, {});
    bench.start(requests);
    await bench.caughtUp('requests');
    const total = async (from: string, to: string) =>
      (await readUsage(bench.postgres, between(from, to))).total_requests;
    expect(await total('2026-11-20T10:00:00.000Z', '2026-11-20T10:00:00.001Z')).to.equal(1);
    expect(await total('2026-11-20T10:00:00.001Z', '2026-11-20T11:00:00.000Z')).to.equal(0);
    expect(await total('2026-11-20T09:00:00.000Z', '2026-11-20T10:00:00.000Z')).to.equal(0);
  });

  it('answer with zeros for an org without requests', async () => {
    const usage = await readUsage(bench.postgres, DAY);
    expect(usage).to.deep.equal({
      total_requests: 0,
      total_cost: 0,
      total_cost_usd: '0',
      total_savings: 0,
      total_savings_usd: '0',
      total_markup_usd: '0',
      total_charged_usd: '0',
      total_net_savings_usd: '0',
      rerated_requests: 0,
      total_tokens: 0,
      errors: 0,
      unpriced_requests: 0,
      by_model: [],
      by_task_type: [],
      by_date: [],
    });
  });

  it('show one request to its own org only, and as abandoned when it never ended, until a late end comes', async () => {
    await appendDrafts(bench.store, `request-${REQUEST}`, [routed()]);
    bench.start(requests);
    await bench.caughtUp('requests');
    const list = (orgId: string) => listRequests(bench.postgres, { orgId }, { limit: 10 });
    expect((await list(ORG))[0]).to.include({ request_id: REQUEST, outcome: 'abandoned' });
    expect(await list(OTHER_ORG)).to.deep.equal([]);
    await appendDrafts(bench.store, `request-${REQUEST}`, [completed()]);
    await bench.caughtUp('requests');
    expect((await list(ORG))[0]).to.include({
      outcome: 'succeeded',
      cost_usd: '0.000012345678',
      latency_ms: 998.5,
    });
  });

  it('tell the lag of each projection, which grows when nobody keeps it', async () => {
    bench.start(requests);
    await bench.caughtUp('requests');
    const [lag] = await readProjectionLag(bench.postgres);
    expect(lag).to.include({ name: 'requests', failed: null });
    expect(lag?.seconds).to.be.lessThan(5);
    await bench.stopAll();
    await bench.postgres.query(`update projection_checkpoints set caught_up_at = now() - interval '1 hour'`);
    expect((await readProjectionLag(bench.postgres))[0]?.seconds).to.be.within(3_600, 3_660);
  });
});
