// The router's own housekeeping jobs: what they give back, and what they tell.
import { expect } from 'chai';
import { createMemoryEventStore } from '../../../src/eventstore/memory.ts';
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
    const said = { source: 'manual', at: '2026-11-20T00:00:00.000Z', by: 'test', modelId: 'openrouter/x/y' };
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
    const usage = { input: 10, cachedInput: 0, cacheWrite5m: 0, cacheWrite1h: 0, output: 0, reasoning: 0 };
    const attempts = [{ model: 'openrouter/x/y', usage: { ...usage, reportedCostUsd: '0.02' } }];
    await database.postgres.query(
      'insert into rerate_inputs (request_id, routed_at, attempts) values (gen_random_uuid(), $1, $2)',
      [isoTime(systemClock.now() - 60_000), JSON.stringify(attempts)],
    );
    const ran = await watchCosts.run(tools(), IDLE);
    expect(ran).to.include({ calls: 1, compared: 1 });
    await watchCosts.run(tools(), IDLE);
    const { rows } = await database.postgres.query<{ message: string }>(
      "select message from alerts where kind = 'cost_drift'",
    );
    expect(rows).to.have.length(1);
    expect(rows[0]?.message).to.include('0.01 against 0.02 USD');
  });

  it('sweeps what has expired, and nothing when it is only tried', async () => {
    await database.postgres.query(
      `insert into kept_answers (holder_id, idempotency_key, digest, request_id, lease_until, created_at, expires_at)
       values (gen_random_uuid(), 'k', 'd', gen_random_uuid(), now(), now(), now() - interval '1 second')`,
    );
    expect(await sweepAccounts.run(tools(), { ...IDLE, dryRun: true })).to.deep.equal({});
    expect(await sweepAccounts.run(tools(), IDLE)).to.deep.equal({ reservations: 0, answers: 1, contents: 0 });
  });
});
