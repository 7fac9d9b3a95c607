// What is held and given back around a request, with a database that answers, is away, or is mute.
import { expect } from 'chai';
import { type Ask, openAllowances } from '../../../src/accounts/allowances.ts';
import type { KeyHolder, Limits } from '../../../src/accounts/authenticate.ts';
import { openLimiter } from '../../../src/accounts/limiter.ts';
import { RouterError } from '../../../src/domain/errors.ts';
import { parseUsd } from '../../../src/domain/money.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import type { Postgres } from '../../../src/platform/postgres.ts';
import { silentLogger } from '../../support/logger.ts';
import { rejectionOf } from '../../support/rejectionOf.ts';
import { until } from '../../support/until.ts';

const NONE: Limits = { requestsPerMin: null, tokensPerMin: null, concurrent: null };
const HOLDER: KeyHolder = {
  keyId: 'k',
  lineId: 'k',
  prefix: 'p',
  orgId: 'o',
  userId: 'u',
  scopes: ['chat'],
  keyModels: null,
  orgModels: null,
  allowedIps: null,
  baselineModel: null,
  captureContentDays: null,
  limits: NONE,
  orgLimits: NONE,
  budgets: [],
  markup: null,
};
const away = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });

const no = async () => {
  throw new Error('not in this test');
};

function postgresThat(query: Postgres['query']): Postgres {
  return { query, transaction: no, openSession: no, close: async () => undefined };
}

const down = postgresThat(async () => {
  throw away;
});

function open(postgres: Postgres = down, clock = systemClock) {
  const limiter = openLimiter({ logger: silentLogger, clock });
  return openAllowances({ postgres, limiter, clock, logger: silentLogger });
}

let asked = 0;
const ask = (caller: Partial<KeyHolder>, fields: Partial<Ask> = {}): Ask => ({
  requestId: `r${(asked += 1)}`,
  caller: { ...HOLDER, ...caller },
  tokens: 100,
  estimate: 1_000n,
  at: 0,
  mostMs: 1_000,
  ...fields,
});
const refused = async (work: Promise<unknown>): Promise<RouterError> => {
  const error = await rejectionOf(work);
  if (!(error instanceof RouterError)) throw error;
  return error;
};
const budget = (hard: boolean) => ({ id: 'b', scope: 'org' as const, period: 'daily' as const, hard });

describe('what a key may still do', () => {
  it('asks nothing of the database for keys without a budget', async () => {
    const allowance = await open().admit(ask({}));
    await allowance.settle({ charged: 5n, tokens: 3 });
  });

  it('refuses a key with a hard limit while the database is away, and lets the rest pass', async () => {
    const error = await refused(open().admit(ask({ budgets: [budget(true)] })));
    expect([error.code, error.status, error.details.retryAfterSec]).to.deep.equal(['budget_unavailable', 503, 2]);
    const soft = await open().admit(ask({ budgets: [budget(false)] }));
    await soft.settle({ charged: 5n, tokens: 3 });
  });

  it('does not wait for a mute database longer than two seconds', async () => {
    const mute = postgresThat(() => new Promise(() => undefined));
    const clock = { ...systemClock, sleep: async (ms: number) => expect(ms).to.equal(2_000) && undefined };
    const error = await refused(open(mute, clock).admit(ask({ budgets: [budget(true)] })));
    expect(error.code).to.equal('budget_unavailable');
  });

  it('counts what a request cost when the database is back', async () => {
    let answers = false;
    const counted: unknown[] = [];
    const flaky = postgresThat(async (_text, values) => {
      if (!answers) throw away;
      counted.push(values?.[1]);
      return { rows: [], rowCount: 0 };
    });
    const clock = { ...systemClock, sleep: async () => systemClock.sleep(1) };
    const allowances = open(flaky, clock);
    const allowance = await allowances.admit(ask({ budgets: [budget(false)] }));
    await allowance.settle({ charged: parseUsd('0.25'), tokens: 3 });
    expect(counted).to.have.length(0);
    answers = true;
    await until(() => counted.length > 0, { what: 'the count' });
    expect(counted).to.deep.equal(['0.25']);
    await allowances.close();
  });

  it('refuses a model without a price to a key with a hard limit', async () => {
    const error = await refused(open().admit(ask({ budgets: [budget(true)] }, { estimate: undefined })));
    expect([error.code, error.details.param]).to.deep.equal(['budget_exceeded', 'model']);
  });

  it('charges what was reserved when the cost is not known', async () => {
    const sent: unknown[][] = [];
    const postgres = postgresThat(async (_text, values = []) => {
      sent.push([...values]);
      return { rows: [], rowCount: 0 };
    });
    const allowance = await open(postgres).admit(ask({ budgets: [budget(true)] }, { estimate: parseUsd('0.5') }));
    await allowance.settle({ charged: undefined, tokens: 3 });
    expect(sent.map((values) => values[1])).to.deep.equal(['0.5', '0.5']);
  });

  it('lets so many run at once and no more, and gives places back', async () => {
    const allowances = open();
    const caller = { limits: { ...NONE, concurrent: 2 } };
    const first = await allowances.admit(ask(caller));
    await allowances.admit(ask(caller));
    const error = await refused(allowances.admit(ask(caller)));
    expect(error.details.details).to.deep.equal({ limit: 'concurrent', scope: 'key', max: 2, remaining: 0 });
    await first.settle({ charged: 0n, tokens: 0 });
    await allowances.admit(ask(caller));
    await allowances.admit(ask({ ...caller, lineId: 'another' }));
  });

  it('counts tokens of key and org together, corrected by what was really used', async () => {
    const allowances = open();
    const caller = { orgLimits: { ...NONE, tokensPerMin: 250 } };
    const first = await allowances.admit(ask(caller));
    await first.settle({ charged: 0n, tokens: 20 });
    await allowances.admit(ask(caller));
    await allowances.admit(ask({ ...caller, lineId: 'another' }));
    const error = await refused(allowances.admit(ask(caller)));
    expect(error.code).to.equal('rate_limit_exceeded');
    expect(error.details.details).to.deep.include({ limit: 'tokens_per_min', scope: 'org', max: 250, remaining: 30 });
    expect(error.details.retryAfterSec).to.be.within(1, 60);
    // What was refused is not counted.
    await allowances.admit(ask(caller, { tokens: 30 }));
  });

  it('says that waiting does not help a request larger than the limit', async () => {
    const error = await refused(open().admit(ask({ limits: { ...NONE, tokensPerMin: 50 } })));
    expect([error.details.shouldRetry, error.details.retryAfterSec]).to.deep.equal([false, undefined]);
  });

  it('gives back what it took when a later limit refuses', async () => {
    const allowances = open();
    const limits = { requestsPerMin: null, tokensPerMin: 1_000, concurrent: 1 };
    await refused(allowances.admit(ask({ limits, budgets: [budget(true)] })));
    await refused(allowances.admit(ask({ limits: { ...limits, tokensPerMin: 10 } })));
    const allowance = await allowances.admit(ask({ limits }, { tokens: 1_000 }));
    await allowance.settle({ charged: 0n, tokens: 0 });
  });
});
