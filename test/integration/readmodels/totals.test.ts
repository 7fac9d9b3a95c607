// Money adds up: random requests through log and projections, with totals that are equal to the pico-dollar whichever way they are
// asked for; and corrected ones, which leave the first figures alone.
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { requests } from '../../../projections/requests.ts';
import { rerates } from '../../../projections/rerates.ts';
import { planRerate } from '../../../src/domain/planRerate.ts';
import { readUsage } from '../../../src/readmodels/usage.ts';
import { appendDrafts } from '../../support/eventLog.ts';
import { useProjections } from '../../support/projectionBench.ts';
import { ORG, attempted, completed, routed } from '../../support/requestEvents.ts';
import { appendRandom, totalsOfDays, totalsOfEvents, totalsOfSql, totalsOfUsage } from '../../support/totals.ts';
import { until } from '../../support/until.ts';

const COUNT = 2_000;

describe('totals', function () {
  this.timeout(90_000);
  const bench = useProjections();

  it(`of ${COUNT} random requests are equal in events, SQL and usage`, async () => {
    bench.start(requests);
    const made = await appendRandom(bench.store, COUNT, 20_261_125);
    expect(made.unpriced).to.be.greaterThan(0);
    expect(made.unpriced).to.be.lessThan(COUNT / 2);
    expect(await totalsOfEvents(bench.store, COUNT)).to.deep.equal(made);
    expect(await totalsOfSql(bench.postgres, COUNT, 60_000)).to.deep.equal(made);
    expect(await totalsOfUsage(bench.postgres)).to.deep.equal(made);
    const { markup: _, ...days } = made;
    expect(await totalsOfDays(bench.postgres)).to.deep.equal(days);
  });

  it('can be asked for as corrected; the first figures stay', async () => {
    const { store, postgres } = bench;
    const said = { source: 'manual', at: '2026-11-20T00:00:00.000Z', by: 'test' };
    const price = (usd: string) => [
      {
        type: 'ModelPriceChanged' as const,
        data: { ...said, modelId: 'openai/gpt-a', prices: { input: usd, output: usd } },
      },
    ];
    await appendDrafts(store, 'catalog-main', price('0.01'));
    await appendDrafts(store, 'catalog-main', price('0.001'));
    const id = '0c0c0c0c-0000-4000-8000-0000000000aa';
    const usage = { input: 10, cachedInput: 0, cacheWrite5m: 0, cacheWrite1h: 0, output: 20, reasoning: 0 };
    const money = {
      costUsd: '0.3',
      baselineModelId: 'openai/gpt-a',
      baselineCostUsd: '0.3',
      savingsUsd: '0',
      markupUsd: '0.006',
    };
    await appendDrafts(store, `request-${id}`, [
      routed({ requestId: id }),
      attempted({ requestId: id, usage, costUsd: '0.3' }),
      completed({ requestId: id, usage, ...money }),
    ]);
    bench.start(requests);
    bench.start(rerates);
    const range = { orgId: ORG, from: new Date('2026-11-20T00:00:00Z'), to: new Date('2026-11-21T00:00:00Z') };
    const wish = { from: range.from.getTime(), to: range.to.getTime(), catalogVersion: 1, by: 'test' };
    await appendDrafts(store, 'admin-main', planRerate(wish, Date.parse('2026-11-25T00:00:00Z')));
    const corrected = await until(
      async () => {
        const report = await readUsage(postgres, { ...range, rerated: true });
        return report.rerated_requests === 1 && report.total_requests === 1 && report;
      },
      { within: 10_000, what: 'the correction' },
    );
    expect(corrected).to.include({
      total_cost_usd: '0.03',
      total_savings_usd: '0',
      total_markup_usd: '0.006',
      total_charged_usd: '0.036',
      total_net_savings_usd: '-0.006',
    });
    const first = await until(
      async () => {
        const report = await readUsage(postgres, range);
        return report.total_cost_usd !== '0' && report;
      },
      { what: 'the first figures' },
    );
    expect(first).to.include({ total_cost_usd: '0.3', total_charged_usd: '0.306', rerated_requests: 0 });
  });
});
