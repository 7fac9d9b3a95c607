// What is counted of a request in a budget: once, by its settlement or by a recount, whichever comes first and however often.
import { expect } from 'chai';
import { forgetSettlements, reserve, settle } from '../../../src/accounts/budgets.ts';
import { rotateKey } from '../../../src/accounts/keys.ts';
import { type Completed, rebuildTotals } from '../../../src/accounts/rebuildTotals.ts';
import { parseUsd } from '../../../src/domain/money.ts';
import { DAY, random, useBudgets } from '../../support/budgets.ts';
import { rejectionOf } from '../../support/rejectionOf.ts';
import { completed } from '../../support/requestEvents.ts';

describe('what budgets count', () => {
  const { database, time, tools, own: org, budget, wanted, spend, stands, alerts } = useBudgets();

  it('count a request once, however often its settlement is tried, and tell then what was not told', async () => {
    const soft = await budget({ softLimitUsd: '0.1' });
    const hard = await budget({ period: 'monthly', hardLimitUsd: '9' });
    const reservation = wanted([soft, hard], '0.5');
    await reserve(database.postgres, wanted([hard], '0.25'), time.ms);
    const failing = { ...database.postgres, transaction: async () => Promise.reject(new Error('cut off')) };
    await rejectionOf(settle(failing, { ...reservation, amount: parseUsd('0.2') }, time.ms));
    expect(await alerts(org.orgId)).to.have.length(0);
    await spend(reservation, '0.2');
    await spend(reservation, '0.2');
    expect([await stands(soft), await stands(hard)]).to.deep.equal([
      ['0.2', '0'],
      ['0.2', '0.25'],
    ]);
    expect(await alerts(org.orgId)).to.have.length(1);
  });

  it('are not told a request twice by a recount and a settlement that comes after it', async () => {
    const soft = await budget({ softLimitUsd: '5' });
    const late = wanted([soft], '0');
    const events = [
      [
        completed({
          orgId: org.orgId,
          keyId: org.keyId,
          requestId: late.requestId,
          routedAt: '2026-11-25T11:59:00.000Z',
          costUsd: '0.4',
        }).data,
      ],
    ];
    await rebuildTotals(tools(), async function* read() {
      yield* events.shift() ?? [];
    });
    expect(await stands(soft)).to.deep.equal(['0.4', '0']);
    await spend(late, '0.4');
    expect(await stands(soft)).to.deep.equal(['0.4', '0']);
    await forgetSettlements(database.postgres, { now: () => time.ms + 2 * DAY });
    const { rowCount } = await database.postgres.query('select from budget_settlements where request_id = $1', [
      late.requestId,
    ]);
    expect(rowCount).to.equal(0);
  });

  it('are counted again from the events, what runs left aside, a line of rotations together', async () => {
    const own = await budget({ scope: 'key', subjectId: org.keyId, hardLimitUsd: '9' });
    const month = await budget({ period: 'monthly', hardLimitUsd: '9' });
    const next = await rotateKey(tools(), { keyId: org.keyId, overlapSec: 60, by: 'test' });
    const running = wanted([own, month], '0.5');
    await reserve(database.postgres, running, time.ms);
    const event = (fields: Partial<Completed>) =>
      completed({
        orgId: org.orgId,
        keyId: org.keyId,
        requestId: random.uuid(),
        routedAt: '2026-11-25T09:00:00.000Z',
        ...fields,
      }).data;
    const bulk = [
      event({ costUsd: '0.1' }),
      event({ costUsd: '0.02', markupUsd: '0.001', keyId: next.view.id }),
      event({ costUsd: null }),
      // As it was settled: what was held for it.
      event({ costUsd: null, reservedUsd: '0.05' }),
      event({ costUsd: '0.4', routedAt: '2026-11-24T23:59:59.999Z' }),
      event({ costUsd: '7', routedAt: '2026-10-31T23:59:59.999Z' }),
      event({ costUsd: '7', orgId: random.uuid(), keyId: random.uuid() }),
      event({ costUsd: '0.3', requestId: running.requestId }),
    ];
    const parts = [bulk, [event({ costUsd: '0.003' })]];
    const rebuilt = await rebuildTotals(tools(), async function* read() {
      yield* parts.shift() ?? [];
    });
    expect(rebuilt.find(({ id }) => id === own)).to.deep.include({
      spent_before_usd: '0',
      spent_usd: '0.174',
      unpriced: 1,
    });
    expect(await stands(month)).to.deep.equal(['0.574', '0.5']);
    await spend(running, '0.3');
    expect(await stands(own)).to.deep.equal(['0.474', '0']);
  });
});
