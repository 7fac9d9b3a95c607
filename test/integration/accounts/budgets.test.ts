// Budgets against a real database: what is reserved, what is spent, and that many at once let no more through than there is room for.
import { expect } from 'chai';
import { expireReservations, reserve, settle } from '../../../src/accounts/budgets.ts';
import { parseUsd } from '../../../src/domain/money.ts';
import { openPostgres } from '../../../src/platform/postgres.ts';
import { DAY, NOON, random, useBudgets } from '../../support/budgets.ts';
import { silentLogger } from '../../support/logger.ts';

describe('budgets', () => {
  const { database, time, clock, own: org, budget, wanted, take, spend, stands, alerts } = useBudgets();

  it('let through to the last cent and not a cent more', async () => {
    const id = await budget({ hardLimitUsd: '1' });
    expect(await take([id], '0.6')).to.equal(undefined);
    expect(await take([id], '0.4')).to.equal(undefined);
    const short = await take([id], '0.000000000001');
    expect(short).to.deep.equal({
      scope: 'org',
      period: 'daily',
      hard_limit_usd: '1',
      spent_usd: '0',
      reserved_usd: '1',
      resets_at: '2026-11-26T00:00:00.000Z',
    });
  });

  it('count what was spent in place of what was reserved', async () => {
    const id = await budget({ hardLimitUsd: '1' });
    const reservation = wanted([id], '0.9');
    await reserve(database.postgres, reservation, time.ms);
    expect(await stands(id)).to.deep.equal(['0', '0.9']);
    await spend(reservation, '0.25');
    expect(await stands(id)).to.deep.equal(['0.25', '0']);
    expect(await take([id], '0.75')).to.equal(undefined);
  });

  it('reserve in all of them or in none', async () => {
    const day = await budget({ hardLimitUsd: '1' });
    const month = await budget({ period: 'monthly', hardLimitUsd: '0.5' });
    const short = await take([day, month], '0.6');
    expect(short?.period).to.equal('monthly');
    expect([await stands(day), await stands(month)]).to.deep.equal([
      ['0', '0'],
      ['0', '0'],
    ]);
    expect(await take([day, month], '0.5')).to.equal(undefined);
    expect([await stands(day), await stands(month)]).to.deep.equal([
      ['0', '0.5'],
      ['0', '0.5'],
    ]);
  });

  it('begin anew with their period, in UTC; what ends later counts in the period that it began in', async () => {
    const day = await budget({ hardLimitUsd: '1' });
    const month = await budget({ period: 'monthly', hardLimitUsd: '2' });
    const late = wanted([day, month], '0.8');
    await reserve(database.postgres, late, time.ms);
    const early = wanted([day, month], '0.2');
    await reserve(database.postgres, early, time.ms);
    await spend(early, '0.2');
    time.ms = NOON + DAY;
    expect(await stands(day)).to.deep.equal(['0', '0.8']);
    // The day is new, and what still runs of yesterday keeps its room.
    expect(await take([day], '0.2')).to.equal(undefined);
    expect((await take([day], '0.1'))?.spent_usd).to.equal('0');
    await spend(late, '0.8');
    expect(await stands(day)).to.deep.equal(['0', '0.2']);
    expect(await stands(month)).to.deep.equal(['1', '0']);
  });

  it('are not taken back into a period that is over by a process whose clock is behind', async () => {
    const id = await budget({ hardLimitUsd: '1' });
    time.ms = NOON + DAY;
    const reservation = wanted([id], '0.7');
    await reserve(database.postgres, reservation, time.ms);
    await spend(reservation, '0.7');
    expect((await reserve(database.postgres, wanted([id], '0.4'), NOON))?.spent_usd).to.equal('0.7');
  });

  it('give back what was reserved for requests that ended without a word, and still count a late one', async () => {
    const id = await budget({ hardLimitUsd: '1' });
    const lost = wanted([id], '0.6');
    await reserve(database.postgres, lost, time.ms);
    await reserve(database.postgres, wanted([id], '0.3', { expiresAt: time.ms + DAY / 4 }), time.ms);
    expect(await expireReservations(database.postgres, clock)).to.equal(0);
    time.ms += 61_000;
    expect(await expireReservations(database.postgres, clock)).to.equal(1);
    expect(await stands(id)).to.deep.equal(['0', '0.3']);
    await spend(lost, '0.5');
    expect(await stands(id)).to.deep.equal(['0.5', '0.3']);
  });

  it('raise one alert a period when the soft limit is reached', async () => {
    const id = await budget({ softLimitUsd: '0.5' });
    const spendNow = (usd: string) => spend(wanted([id], '0'), usd);
    await spendNow('0.4');
    expect(await alerts(org.orgId)).to.have.length(0);
    await Promise.all([spendNow('0.1'), spendNow('0.1'), spendNow('0.1')]);
    expect(await alerts(org.orgId)).to.have.length(1);
    expect((await alerts(org.orgId))[0]?.message).to.match(/0\.[5-7] of 0\.5 USD/);
    time.ms += DAY;
    await spendNow('0.6');
    expect(await alerts(org.orgId)).to.have.length(2);
  });

  it('tell by how much they were overshot, once a period', async () => {
    const id = await budget({ hardLimitUsd: '1' });
    const reservation = wanted([id], '0.9');
    await reserve(database.postgres, reservation, time.ms);
    await spend(reservation, '1.25');
    await spend(wanted([id], '0'), '0.5');
    const { rows } = await database.postgres.query<{ message: string }>(
      "select message from alerts where kind = 'budget_overshot' and subject = $1",
      [`org ${org.orgId}`],
    );
    expect(rows.map(({ message }) => /overshot by (\S+) USD/.exec(message)?.[1])).to.deep.equal(['0.25']);
    expect((await take([id], '0.000000000001'))?.spent_usd).to.equal('1.75');
  });

  it('hold when 200 ask at once over three pools, also in several budgets', async () => {
    const pools = Array.from({ length: 3 }, () =>
      openPostgres({
        connectionString: database.connectionString,
        applicationName: 'test',
        logger: silentLogger,
        max: 6,
      }),
    );
    try {
      const own = await budget({ scope: 'key', subjectId: org.keyId, hardLimitUsd: '0.5' });
      const day = await budget({ hardLimitUsd: '0.2' });
      const month = await budget({ period: 'monthly', hardLimitUsd: '5' });
      const asked = await Promise.all(
        Array.from({ length: 200 }, async (_, index) => {
          const pool = pools[index % 3];
          if (!pool) throw new Error('there is no such pool');
          const reservation = wanted(
            [month, own, day].toSorted(() => random.unit() - 0.5),
            '0.01',
          );
          const short = await reserve(pool, reservation, time.ms);
          return { pool, reservation, short };
        }),
      );
      const through = asked.filter(({ short }) => !short);
      expect(through).to.have.length(20);
      expect([await stands(own), await stands(day), await stands(month)]).to.deep.equal([
        ['0', '0.2'],
        ['0', '0.2'],
        ['0', '0.2'],
      ]);
      await Promise.all(
        through.map(({ pool, reservation }) => settle(pool, { ...reservation, amount: parseUsd('0.003') }, time.ms)),
      );
      expect([await stands(own), await stands(day)]).to.deep.equal([
        ['0.06', '0'],
        ['0.06', '0'],
      ]);
    } finally {
      await Promise.all(pools.map((pool) => pool.close()));
    }
  }).timeout(20_000);

  it('lose nothing when requests reserve, settle and expire across each other', async () => {
    const day = await budget({ hardLimitUsd: '100' });
    const month = await budget({ period: 'monthly', hardLimitUsd: '100' });
    await Promise.all(
      Array.from({ length: 120 }, async (_, index) => {
        const reservation = wanted([day, month], '0.5', index % 3 === 0 ? { expiresAt: time.ms - 1 } : {});
        await reserve(database.postgres, reservation, time.ms);
        if (index % 10 === 0) await expireReservations(database.postgres, clock);
        await spend(reservation, '0.01');
      }),
    );
    await expireReservations(database.postgres, clock);
    expect([await stands(day), await stands(month)]).to.deep.equal([
      ['1.2', '0'],
      ['1.2', '0'],
    ]);
  }).timeout(20_000);
});
