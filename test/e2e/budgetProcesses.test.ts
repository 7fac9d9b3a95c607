// One budget, three web processes, 200 requests at once: no more get through than there is room for.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { after, before } from 'mocha';
import { createApiKey } from '../../src/accounts/accounts.ts';
import { listBudgets, setBudget } from '../../src/accounts/budgetSettings.ts';
import { PROVIDERS } from '../../src/domain/catalog.ts';
import { formatUsd, parseUsd } from '../../src/domain/money.ts';
import { createRandom, systemClock } from '../../src/platform/clock.ts';
import { setUp } from '../../src/setup.ts';
import { type FaultProvider, openFaultProvider } from '../support/faultProvider.ts';
import { silentLogger } from '../support/logger.ts';
import { type TestDatabase, openTestDatabase } from '../support/postgres.ts';
import { type Spawned, spawnScript } from '../support/spawned.ts';

const random = createRandom(systemClock);
const MODEL = 'openai/gpt-5.4-mini';
const ROOM = 20;
const messages = [{ role: 'user', content: 'What is the capital of France?' }];

describe('a budget over three processes', () => {
  let database: TestDatabase & { close(): Promise<void> };
  let fault: FaultProvider;
  const folders: string[] = [];
  const processes: Spawned[] = [];
  const urls: string[] = [];

  before(async function () {
    this.timeout(90_000);
    database = await openTestDatabase();
    fault = await openFaultProvider();
    const { connectionString: databaseUrl } = database;
    await setUp({ databaseUrl, eventStoreUrl: undefined, logger: silentLogger, clock: systemClock, random });
    const vendors = PROVIDERS.flatMap((name) => [
      [`${name.toUpperCase()}_API_KEY`, 'a-key'],
      [`${name.toUpperCase()}_BASE_URL`, fault.baseUrls[name]],
    ]);
    for (let count = 0; count < 3; count += 1) {
      const folder = mkdtempSync(join(tmpdir(), 'omni-budget-'));
      folders.push(folder);
      const env = { PORT: '0', DATABASE_URL: databaseUrl, OMNI_DATA_DIR: folder, RATE_LIMIT_MAX: '100000' };
      processes.push(spawnScript('src/main.ts', [], { env: { ...env, ...Object.fromEntries(vendors) } }));
    }
    for (const one of processes) {
      const [, url = ''] = await one.seen(/listening.*"url":"([^"]+)"/, 60_000);
      urls.push(url);
    }
  });
  after(async function () {
    this.timeout(30_000);
    for (const one of processes) one.kill('SIGKILL');
    await Promise.all(processes.map((one) => one.ended()));
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
    await fault.close();
    await database.close();
  });

  it('lets at most 20 of 200 through when there is room for 20', async () => {
    const tools = { postgres: database.postgres, clock: systemClock, random };
    const { key, orgId } = await createApiKey(tools, { org: 'thrifty', by: 'test' });
    const hardTo = (usd: string) =>
      setBudget(
        tools,
        { scope: 'org', subjectId: orgId, period: 'monthly', softLimitUsd: null, hardLimitUsd: usd },
        'test',
      );
    const ask = async (index: number) => {
      const response = await fetch(`${urls[index % urls.length]}/v1/chat`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: JSON.stringify({ messages, model: MODEL, max_tokens: 8 }),
      });
      return {
        status: response.status,
        body: (await response.json()) as { error?: { details: { estimated_usd: string } } },
      };
    };
    await hardTo('0.000000000001');
    const refused = await Promise.all(urls.map((_url, index) => ask(index)));
    expect(refused.map(({ status }) => status)).to.deep.equal([402, 402, 402]);
    const estimate = parseUsd(refused[0]?.body.error?.details.estimated_usd ?? '');
    await hardTo(formatUsd(BigInt(ROOM) * estimate));

    // All 200 have been asked before the first answer comes and gives room back.
    fault.script('openai', { delayMs: 8_000 });
    const replies = await Promise.all(Array.from({ length: 200 }, (_, index) => ask(index)));
    const statuses = replies.map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).to.have.length(ROOM);
    expect(statuses.filter((status) => status === 402)).to.have.length(200 - ROOM);
    expect(fault.received).to.have.length(ROOM);
    const [budget] = await listBudgets(database.postgres, { orgId }, systemClock);
    // 20 tokens in and 8 out of each: what was really used, and nothing is held any more.
    expect(budget).to.deep.include({ spent_usd: '0.00102', reserved_usd: '0' });
  }).timeout(60_000);
});
