// The whole product with its log in EventStoreDB, here on a loopback server that answers as a real one was measured to; with
// TEST_EVENTSTORE_URL the contract suite proves the adapter on the real thing.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { openPostgres } from '../../src/platform/postgres.ts';
import { openFakeEventStoreDb } from '../support/eventStoreDbServer.ts';
import { silentLogger as logger } from '../support/logger.ts';
import { removeDataDir, startSystem } from '../support/system.ts';
import { until } from '../support/until.ts';

describe('the whole router with its log in EventStoreDB', () => {
  it('answers, records, projects and proves it, by EVENTSTORE_URL alone', async function () {
    this.timeout(120_000);
    const server = await openFakeEventStoreDb();
    const system = await startSystem({ env: { EVENTSTORE_URL: server.url } });
    const postgres = openPostgres({ connectionString: system.databaseUrl, applicationName: 'test', logger });
    try {
      const ids: string[] = [];
      for (let n = 0; n < 10; n++) {
        const reply = await fetch(`${system.url}/v1/chat`, {
          method: 'POST',
          headers: { authorization: `Bearer ${system.key}`, 'content-type': 'application/json' },
          body: JSON.stringify({ messages: [{ role: 'user', content: `Question ${n}` }] }),
        });
        expect(reply.status).to.equal(200);
        ids.push(String(reply.headers.get('x-request-id')));
      }
      await until(
        async () => {
          const { rows } = await postgres.query<{ n: bigint }>('select count(*) as n from requests where success');
          return rows[0]?.n === 10n;
        },
        { within: 20_000, what: 'ten rows' },
      );
      expect((await postgres.query('select from eventlog.events')).rowCount).to.equal(0);
      const replay = await fetch(`${system.url}/v1/requests/${ids[0]}/replay`, {
        headers: { authorization: `Bearer ${system.key}` },
      });
      expect(await replay.json()).to.include({ equal: true });
      // Not spawnSync: the server is in this process and has to answer meanwhile. It rejects when the exit code is not 0.
      const { stdout } = await promisify(execFile)(
        process.execPath,
        ['--import', 'tsx', 'projections/commands/verify.ts'],
        { env: { PATH: process.env['PATH'], DATABASE_URL: system.databaseUrl, EVENTSTORE_URL: server.url } },
      );
      expect(stdout).to.include('10 taken again, 10 equal').and.to.include('Everything is equal.');
    } finally {
      await postgres.close();
      await system.stop();
      await server.stop();
      removeDataDir(system.dataDir);
    }
  });
});
