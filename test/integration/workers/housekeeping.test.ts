// The router's own housekeeping jobs: what they give back, and what they tell.
import { expect } from 'chai';
import { createMemoryEventStore } from '../../../src/eventstore/memory.ts';
import { NO_USAGE } from '../../../src/domain/usage.ts';
import { isoTime, systemClock } from '../../../src/platform/clock.ts';
import { sweepAccounts } from '../../../workers/jobs/sweepAccounts.ts';
import { watchCosts } from '../../../workers/jobs/watchCosts.ts';
import { appendDrafts } from '../../support/eventLog.ts';
import { IDLE, createJobTools } from '../../support/jobs.ts';
import { useDatabase } from '../../support/postgres.ts';

describe('housekeeping', () => {
  const database = useDatabase();
  const store = createMemoryEventStore(() => systemClock.now());
  const tools = () => createJobTools({ postgres: database.postgres, store });

  it('tells where a provider charged something else than we counted, once a day', async () => {
    const modelId = 'openrouter/x/y';
    const said = { source: 'manual', at: '2026-11-20T00:00:00.000Z', by: 'test', modelId };
    const prices = { input: '0.001', output: '0.001' };
    await appendDrafts(store, 'catalog-main', [
      {
        type: 'ModelRegistered',
        data: {
          ...said,
          provider: 'openrouter',
          modelName: 'x/y',
          prices,
          details: { enabled: true, tags: [], qualityWeight: 1, abilities: {} },
        },
      },
    ]);
    // What it costs today is nothing to what it cost then.
    await appendDrafts(store, 'catalog-main', [
      { type: 'ModelPriceChanged', data: { ...said, prices: { input: '9', output: '9' } } },
    ]);
    await attempted('0.01', '0.02');
    const ran = await watchCosts.run(tools(), IDLE);
    expect(ran).to.include({ calls: 1, compared: 1 });
    await watchCosts.run(tools(), IDLE);
    const { rows } = await database.postgres.query<{ message: string }>(
      "select message from alerts where kind = 'cost_drift'",
    );
    expect(rows).to.have.length(1);
    expect(rows[0]?.message).to.include('0.01 against 0.02 USD');
  });

  it('tells no drift of a price that has changed since, nor of a cost that was not known', async () => {
    await database.postgres.query('delete from rerate_inputs; delete from request_attempts; delete from alerts');
    await attempted('0.02', '0.02');
    await attempted(null, '0.02');
    expect(await watchCosts.run(tools(), IDLE)).to.deep.equal({ calls: 2, compared: 1, alerts: [] });
  });

  /** One attempt as the projections keep it, a minute ago. */
  async function attempted(costUsd: string | null, reportedCostUsd: string): Promise<void> {
    const at = isoTime(systemClock.now() - 60_000);
    const usage = { ...NO_USAGE, input: 10, reportedCostUsd };
    await database.postgres.query(
      `with request as (
         insert into rerate_inputs (request_id, routed_at, attempts) values (gen_random_uuid(), $1, $2) returning request_id)
       insert into request_attempts
         (id, request_id, attempt_number, provider, model, started_at, duration_ms, outcome, tokens_output, cost_usd, reported_cost_usd)
       select gen_random_uuid(), request_id, 1, 'openrouter', 'openrouter/x/y', $1, 5, 'succeeded', 0, $3, $4 from request`,
      [at, JSON.stringify([{ model: 'openrouter/x/y', usage }]), costUsd, reportedCostUsd],
    );
  }

  it('sweeps what has expired, and nothing when it is only tried', async () => {
    await database.postgres.query(
      `insert into kept_answers (holder_id, idempotency_key, digest, request_id, lease_until, created_at, expires_at)
       values (gen_random_uuid(), 'k', 'd', gen_random_uuid(), now(), now(), now() - interval '1 second')`,
    );
    expect(await sweepAccounts.run(tools(), { ...IDLE, dryRun: true })).to.deep.equal({});
    expect(await sweepAccounts.run(tools(), IDLE)).to.deep.equal({ reservations: 0, answers: 1, contents: 0 });
  });
});
