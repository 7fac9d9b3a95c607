// The commands of the catalog as a person runs them, against a database and feeds on loopback.
import { expect } from 'chai';
import { openPostgresEventStore } from '../../../src/eventstore/postgres.ts';
import { createRandom, systemClock } from '../../../src/platform/clock.ts';
import { setUp } from '../../../src/setup.ts';
import { DEV_PATH, type FeedServer, MODELS_PATH, openFeedServer } from '../../support/feedServer.ts';
import { modelsDevFeed, openRouterFeed } from '../../support/feeds.ts';
import { silentLogger } from '../../support/logger.ts';
import { useDatabase } from '../../support/postgres.ts';
import { spawnScript } from '../../support/spawned.ts';

const KIMI = 'moonshotai/kimi-k3';

describe('the commands of the catalog', function () {
  this.timeout(180_000);
  const database = useDatabase();
  let feeds: FeedServer;
  before(async () => {
    feeds = await openFeedServer();
    const { connectionString: databaseUrl } = database;
    const random = createRandom(systemClock);
    await setUp({ databaseUrl, eventStoreUrl: undefined, logger: silentLogger, clock: systemClock, random });
    feeds.answers.set(DEV_PATH, { body: modelsDevFeed({}) });
    feeds.answers.set(MODELS_PATH, { body: openRouterFeed([{ id: KIMI, input: 0.192, output: 16 }, { id: 'a/new' }]) });
  });
  after(() => feeds.close());

  const run = async (file: string, ...args: string[]) => {
    const env = {
      DATABASE_URL: database.connectionString,
      OPENROUTER_BASE_URL: `${feeds.url}/openrouter`,
      MODELS_DEV_URL: `${feeds.url}${DEV_PATH}`,
    };
    const child = spawnScript(`workers/commands/${file}.ts`, args, { env });
    const code = await child.ended(40_000);
    return { code, printed: child.printed() };
  };
  const countEvents = async () => {
    const store = openPostgresEventStore({ postgres: database.postgres, clock: systemClock, logger: silentLogger });
    let count = 0;
    for await (const _ of store.readStream('catalog-main')) count += 1;
    await store.close();
    return count;
  };

  it('show in a dry run what would change, and write nothing', async () => {
    const before = await countEvents();
    const { code, printed } = await run('sync', 'sync-openrouter', '--dry-run');
    expect(code).to.equal(0);
    expect(printed).to.match(/moonshotai\/kimi-k3 +prices .*input 3 → 0\.192.* held +large_unconfirmed/);
    expect(printed).to.match(/a\/new +added .*accepted +new_model/);
    expect(printed).to.match(/^syncPricing +dry run +[\d.]+ +\d+ +\d+ +0 /m);
    expect(await countEvents()).to.equal(before);
  });

  it('sync, list what is held, and settle it', async () => {
    const synced = await run('sync', 'sync-models');
    expect(synced.printed).to.match(/config\/models\.yaml: the catalog says what the file says/);
    expect(synced.printed).to.match(/syncPricing +succeeded/);
    expect(synced.printed).to.match(/syncRatings +succeeded .*ARTIFICIALANALYSIS_API_KEY is not set/);
    expect(synced.printed).to.match(/validatePricing +succeeded/);
    expect(synced.code).to.equal(0);
    const { printed } = await run('catalog', 'held');
    const id = /^([0-9a-f-]{36}) +openrouter\/moonshotai\/kimi-k3 +prices/m.exec(printed)?.[1] ?? '';
    expect((await run('catalog', 'reject', id, '--reason', 'the author says 3 / 15')).printed).to.include(
      'is rejected',
    );
    const again = await run('catalog', 'reject', id);
    expect([again.code, again.printed.includes(`no change of the id ${id} is held`)]).to.deep.equal([1, true]);
    const history = await run('catalog', 'history', `openrouter/${KIMI}`);
    expect(history.printed).to.match(/ModelChangeReleased .*the author says 3 \/ 15/);
    expect((await run('catalog', 'diff')).printed).to.include('openrouter/a/new');
  });

  it('end with 1 and the cause when a feed fails', async () => {
    feeds.answers.set(MODELS_PATH, { status: 500, body: 'oh no' });
    const { code, printed } = await run('sync', 'sync-openrouter');
    expect(code).to.equal(1);
    expect(printed).to.match(/syncPricing failed: openrouter: answered 500: oh no/);
  });

  it('say what they take', async () => {
    expect((await run('sync', 'sync-everything')).printed).to.match(/allowed: one of sync-openrouter, sync-ratings/);
    expect((await run('catalog')).printed).to.match(/npm run catalog -- held/);
    expect((await run('replayFeeds')).printed).to.match(/--dir: found nothing; allowed: a folder of snapshots/);
  });
});
