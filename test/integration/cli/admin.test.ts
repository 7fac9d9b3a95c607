// The operator's commands as a person runs them: processes of their own on a database, by their words and exit codes.
import { expect } from 'chai';
import { before } from 'mocha';
import { createAuthenticator } from '../../../src/accounts/authenticate.ts';
import { openEventStore } from '../../../src/eventstore/open.ts';
import { createRandom, systemClock } from '../../../src/platform/clock.ts';
import { setUp } from '../../../src/setup.ts';
import { appendDrafts } from '../../support/eventLog.ts';
import { silentLogger } from '../../support/logger.ts';
import { useDatabase } from '../../support/postgres.ts';
import { attempted, completed, routed } from '../../support/requestEvents.ts';
import { spawnScript } from '../../support/spawned.ts';

const random = createRandom(systemClock);

const idIn = (text: string): string => /[0-9a-f]{8}-[0-9a-f-]{27}/.exec(text)?.[0] ?? '';

describe('the operator’s commands', function () {
  this.timeout(90_000);
  const database = useDatabase();
  before(async () => {
    const { connectionString: databaseUrl } = database;
    await setUp({ databaseUrl, eventStoreUrl: undefined, logger: silentLogger, clock: systemClock, random });
  });
  const run = async (script: string, ...args: string[]): Promise<{ code: number | string; text: string }> => {
    const spawned = spawnScript(script, args, { env: { DATABASE_URL: database.connectionString } });
    const code = await spawned.ended(30_000);
    return { code, text: spawned.printed() };
  };
  const admin = (...args: string[]) => run('src/cli/admin.ts', ...args);

  it('make an org and a key that works, bind it, rotate it and end it', async () => {
    expect((await admin('create-org', '--name', 'acme')).text).to.include('acme');
    const made = await admin(
      'create-key',
      '--org',
      'acme',
      '--scopes',
      'chat',
      '--ips',
      '192.0.2.0/24',
      '--concurrent',
      '3',
    );
    const key = made.text.trim().split('\n').at(-1) ?? '';
    const authenticator = createAuthenticator(database.postgres, systemClock);
    const holder = await authenticator.authenticate(key);
    expect(holder).to.deep.include({ scopes: ['chat'], allowedIps: ['192.0.2.0/24'] });
    expect(holder?.limits.concurrent).to.equal(3);
    const id = idIn(made.text);
    expect((await admin('change-key', id, '--concurrent', 'none', '--scopes', 'chat,read')).code).to.equal(0);
    const rotated = await admin('rotate-key', id, '--overlap-sec', '0');
    const next = rotated.text.trim().split('\n').at(-1) ?? '';
    const fresh = createAuthenticator(database.postgres, systemClock);
    expect((await fresh.authenticate(next))?.scopes).to.deep.equal(['chat', 'read']);
    expect(await fresh.authenticate(key)).to.equal(undefined);
    expect((await admin('revoke-key', idIn(rotated.text))).text).to.include('revoked');
    expect((await admin('keys', '--org', 'acme')).text)
      .to.include('(2 rows)')
      .and.not.include(next.slice(12));
  });

  it('say what is wrong, with the usage, and end with 1', async () => {
    for (const [args, words] of [
      [[], 'create-org --name NAME'],
      [['create-key'], '--org: found nothing'],
      [['rotate-key', 'x'], 'allowed: an id'],
      [['keys', '--org', 'nobody'], 'the name or id of an org'],
      [['set-budget', '--org', 'acme', '--period', 'weekly', '--hard', '1'], '--period'],
      [['create-key', '--org', 'acme', '--ips', '10.0.0.0/99'], 'an address or a network'],
      [['change-org', '--org', 'acme', '--markup', '10:5,1:2'], 'ascending order'],
      [['create-org', '--name', 'acme'], 'another org has that name'],
    ] as const) {
      const { code, text } = await admin(...args);
      expect(code, args.join(' ')).to.equal(1);
      expect(text).to.include(words);
      expect(text).not.to.include('    at ');
    }
  });

  it('set the markup of an org by price band', async () => {
    expect((await admin('change-org', '--org', 'acme', '--markup', '1:5,10:2.5,*:0')).code).to.equal(0);
    const { rows } = await database.postgres.query<{ markup: unknown }>("select markup from orgs where name = 'acme'");
    expect(rows[0]?.markup).to.deep.equal([
      { below_usd_per_million: '1', percent: '5' },
      { below_usd_per_million: '10', percent: '2.5' },
      { below_usd_per_million: null, percent: '0' },
    ]);
  });

  it('set a budget, count it again from the log, and ask for corrected costs', async () => {
    const set = await admin('set-budget', '--org', 'acme', '--period', 'monthly', '--hard', '12.5');
    expect(set.text).to.include('12.5');
    const { rows } = await database.postgres.query<{ id: string }>("select id from orgs where name = 'acme'");
    const orgId = rows[0]?.id ?? '';
    const store = openEventStore({
      url: undefined,
      databaseUrl: database.connectionString,
      applicationName: 'test',
      clock: systemClock,
      logger: silentLogger,
    });
    const routedAt = new Date(systemClock.now()).toISOString();
    for (const costUsd of ['0.25', '0.000000000001']) {
      const requestId = random.uuid();
      await appendDrafts(store, `request-${requestId}`, [
        routed({ requestId, orgId, routedAt }),
        attempted({ requestId }),
        completed({ requestId, orgId, routedAt, costUsd }),
      ]);
    }
    const rebuilt = await run('src/cli/rebuildTotals.ts');
    expect(rebuilt.text).to.include('0.250000000001');
    expect((await admin('budgets', '--org', 'acme')).text).to.include('0.250000000001');
    const rerated = await run('src/cli/rerate.ts', '--from', routedAt.slice(0, 10), '--catalog', '3');
    expect(rerated).to.deep.include({ code: 0 });
    const late = await run('src/cli/rerate.ts', '--from', routedAt.slice(0, 10), '--catalog', '99999');
    expect([late.code, late.text.includes('the catalog has no version 99999')]).to.deep.equal([1, true]);
    const types: string[] = [];
    for await (const { type } of store.readStream('admin-main')) types.push(type);
    expect(types).to.deep.equal(['RerateRequested']);
    await store.close();
  });
});
