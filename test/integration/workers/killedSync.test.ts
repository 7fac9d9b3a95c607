// A worker that is killed while a sync waits for its feed: another one does the job, once, whatever the queue is kept in.
import { expect } from 'chai';
import { CATALOG_STREAM } from '../../../src/domain/events.ts';
import { openPostgresEventStore } from '../../../src/eventstore/postgres.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { openQueue } from '../../../src/queue/queue.ts';
import { readJobRuns } from '../../../src/readmodels/jobRuns.ts';
import { DEV_PATH, MODELS_PATH, openFeedServer } from '../../support/feedServer.ts';
import { modelsDevFeed, openRouterFeed } from '../../support/feeds.ts';
import { silentLogger } from '../../support/logger.ts';
import { openTestDatabase } from '../../support/postgres.ts';
import { openTestRedis, redisMissing } from '../../support/redis.ts';
import { spawnScript } from '../../support/spawned.ts';
import { until } from '../../support/until.ts';

const missing = process.env['CI'] === 'true' ? undefined : redisMissing();

describe('a worker that is killed in the middle of a sync', () => {
  for (const home of ['PostgreSQL', 'Redis'] as const) {
    if (home === 'Redis' && missing !== undefined) {
      it.skip(`is not tested with Redis here: ${missing}`);
      continue;
    }
    it(`leaves its job to another one, which does it once: ${home}`, async function () {
      this.timeout(60_000);
      const database = await openTestDatabase();
      const redis = home === 'Redis' ? await openTestRedis() : undefined;
      const feeds = await openFeedServer();
      const { connectionString: databaseUrl, postgres } = database;
      const name = 'killed-sync';
      const queue = openQueue({ redisUrl: redis?.url, databaseUrl, logger: silentLogger, name });
      const spawnWorker = () =>
        spawnScript('test/fixtures/processes/catalogWorker.ts', [redis?.url ?? '-', databaseUrl, feeds.url, name]);
      feeds.answers.set(DEV_PATH, { body: modelsDevFeed({}) });
      feeds.answers.set(MODELS_PATH, { mute: true });
      const first = spawnWorker();
      await first.seen(/working/);
      await queue.enqueue('syncPricing', 'syncPricing.tick');
      await until(() => feeds.asked.some(({ path }) => path === MODELS_PATH), {
        within: 20_000,
        what: 'the first sync',
      });
      first.kill('SIGKILL');
      await first.ended();
      feeds.answers.set(MODELS_PATH, { body: openRouterFeed([{ id: 'a/one' }, { id: 'a/two' }]) });
      const second = spawnWorker();
      await until(
        async () => (await readJobRuns(postgres, { limit: 9 })).some(({ status }) => status === 'succeeded'),
        {
          within: 30_000,
          what: 'the second sync',
        },
      );
      second.kill('SIGTERM');
      await second.ended();
      const runs = await readJobRuns(postgres, { limit: 9 });
      expect(runs.map(({ job, status, error }) => [job, status, error])).to.deep.equal([
        ['syncPricing', 'succeeded', null],
        ['syncPricing', 'failed', 'cut off: its process ended before it did'],
      ]);
      const store = openPostgresEventStore({ postgres, clock: systemClock, logger: silentLogger });
      const types: string[] = [];
      for await (const { type } of store.readStream(CATALOG_STREAM)) types.push(type);
      expect(types).to.deep.equal(['ModelRegistered', 'ModelRegistered']);
      await store.close();
      await queue.close();
      await feeds.close();
      await database.close();
      await redis?.close();
    });
  }
});
