import { expect } from 'chai';
import { describe, it } from 'mocha';
import { modelPerformance } from '../../../projections/modelPerformance.ts';
import { requests } from '../../../projections/requests.ts';
import { formatUsd, parseUsd } from '../../../src/domain/money.ts';
import { NO_USAGE } from '../../../src/domain/usage.ts';
import { readHealthFigures } from '../../../src/readmodels/healthFigures.ts';
import { readProjectionLag } from '../../../src/readmodels/lag.ts';
import { listRequests } from '../../../src/readmodels/requests.ts';
import { readUsage } from '../../../src/readmodels/usage.ts';
import { appendDrafts } from '../../support/eventLog.ts';
import { useProjections } from '../../support/projectionBench.ts';
import { ORG, REQUEST, attempted, completed, routed } from '../../support/requestEvents.ts';

const OTHER_ORG = '0a0a0a0a-0000-4000-8000-000000000002';
const between = (from: string, to: string, orgId = ORG) => ({ orgId, from: new Date(from), to: new Date(to) });
const DAY = between('2026-11-20T00:00:00Z', '2026-11-21T00:00:00Z');
const anyHour = () => new Date(Date.parse('2026-11-17T12:00:00Z') + Math.floor(Math.random() * 110) * 3_600_000);
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

  it('give from daily sums exactly what the requests themselves add up to, for any period', async () => {
    bench.start(requests);
    const outcomes = ['succeeded', 'failed', 'cancelled'] as const;
    for (let n = 1; n <= 60; n++) {
      const at = Date.parse('2026-11-18T00:00:00Z') + Math.floor(Math.random() * 72) * 3_600_000 + n;
      const routedAt = new Date(at).toISOString();
      const outcome = outcomes[n % 3] ?? 'succeeded';
      const costUsd = n % 7 === 0 ? null : `0.0000${n}`;
      const modelId = outcome === 'failed' ? null : 'openai/gpt-a';
      await append(n, { routed: { routedAt }, completed: n % 10 === 0 ? null : { outcome, costUsd, modelId } });
    }
    await bench.caughtUp('requests');
    for (let n = 0; n < 40; n++) {
      const [from, to] = [anyHour(), n % 5 === 0 ? new Date('2026-11-21T00:00:00Z') : anyHour()].sort(
        (a, b) => a.getTime() - b.getTime(),
      );
      if (!from || !to || from.getTime() === to.getTime()) continue;
      const usage = await readUsage(bench.postgres, { orgId: ORG, from, to });
      const { rows } = await bench.postgres.query<{ n: number; errors: number; unpriced: number; cost: string }>(
        `select count(*)::float8 as n, (count(*) filter (where shown_outcome in ('failed', 'abandoned')))::float8 as errors,
           (count(*) filter (where shown_outcome not in ('routed', 'abandoned') and cost is null))::float8 as unpriced,
           trim_scale(coalesce(sum(cost), 0))::text as cost
         from request_outcomes where org_id = $1 and created_at >= $2 and created_at < $3`,
        [ORG, from, to],
      );
      const told = `${from.toISOString()} to ${to.toISOString()}`;
      expect([usage.total_requests, usage.errors, usage.unpriced_requests, usage.total_cost_usd], told).to.deep.equal([
        rows[0]?.n,
        rows[0]?.errors,
        rows[0]?.unpriced,
        rows[0]?.cost,
      ]);
      for (const groups of [usage.by_model, usage.by_date, usage.by_task_type])
        expect(
          groups.reduce((sum, { requests: count }) => sum + count, 0),
          told,
        ).to.equal(usage.total_requests);
    }
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

  it('tell what all processes measured of a model, blameless failures left out', async () => {
    const about = { requestId: id(1), startedAt: '2026-11-20T10:20:00.000Z', modelId: 'openai/gpt-a' };
    const usage = { ...NO_USAGE, output: 90 };
    await appendDrafts(bench.store, `request-${id(1)}`, [
      routed({ requestId: id(1) }),
      attempted({ ...about, durationMs: 1_000, firstTokenMs: 100, usage }),
      attempted({ ...about, orgId: OTHER_ORG, durationMs: 1_000, firstTokenMs: 100, usage }),
      attempted({ ...about, outcome: 'overloaded', usage: null }),
      attempted({ ...about, outcome: 'cancelled', usage: null }),
    ]);
    bench.start(modelPerformance);
    await bench.caughtUp('modelPerformance');
    const blameless = new Set(['cancelled']);
    const figures = await readHealthFigures(bench.postgres, { since: new Date('2026-11-20T10:00:00Z'), blameless });
    expect(figures['openai/gpt-a']).to.include({ samples: 3, errorRate: 0.333 });
    expect(figures['openai/gpt-a']?.firstTokenMs).to.be.closeTo(100, 3);
    expect(figures['openai/gpt-a']?.tokensPerSecond).to.be.closeTo(100, 2);
    expect(
      await readHealthFigures(bench.postgres, { since: new Date('2026-11-20T11:00:00Z'), blameless }),
    ).to.deep.equal({});
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
