// Processes of the Procfile on a database that no release has touched: one sentence that says what to do, and the end.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { after, afterEach, before } from 'mocha';
import { listMigrations, migrate, requireMigrated } from '../../../src/platform/migrations.ts';
import { StartError } from '../../../src/platform/startError.ts';
import { createRecordingLogger, silentLogger } from '../../support/logger.ts';
import { MIGRATIONS, type TestDatabase, openEmptyDatabase } from '../../support/postgres.ts';
import { rejectionOf } from '../../support/rejectionOf.ts';
import { killAllSpawned, spawnScript } from '../../support/spawned.ts';

const SENTENCE = 'The database is empty: run `npm run setup` (Procfile `release`) first.';

const check = (databaseUrl: string, eventStoreUrl?: string, logger = createRecordingLogger()) =>
  requireMigrated({ databaseUrl, eventStoreUrl, directory: MIGRATIONS, logger });

describe('a database that was not set up', function () {
  this.timeout(60_000);
  let database: TestDatabase & { close(): Promise<void> };
  let folder = '';
  before(async () => {
    database = await openEmptyDatabase();
    folder = mkdtempSync(join(tmpdir(), 'omni-unset-'));
  });
  afterEach(() => killAllSpawned());
  after(async () => {
    await database.close();
    rmSync(folder, { recursive: true, force: true });
  });

  for (const file of ['src/main.ts', 'projections/main.ts', 'workers/main.ts']) {
    it(`ends ${file} with one sentence`, async () => {
      const env = { DATABASE_URL: database.connectionString, OMNI_DATA_DIR: folder, PORT: '0' };
      const process = spawnScript(file, [], { env });
      expect(await process.ended(20_000)).to.equal(1);
      expect(process.printed()).to.include(SENTENCE);
      expect(process.printed().trim().split('\n'), process.printed()).to.have.length(1);
    });
  }

  it('is told apart from one of an older release, and from one that is away', async () => {
    const { connectionString } = database;
    const away = 'postgres://nobody@127.0.0.1:1/nothing';
    const logger = createRecordingLogger();
    await check(away, undefined, logger);
    expect(logger.lines.map(({ message }) => message)).to.include('the database is away');
    expect(await rejectionOf(check(away, connectionString)), 'the log').to.be.instanceOf(StartError);
    const all = listMigrations(MIGRATIONS);
    const only = all.slice(0, -1);
    await migrate({ databaseUrl: connectionString, directory: MIGRATIONS, logger: silentLogger, only });
    expect((await rejectionOf(check(connectionString))).message).to.equal(
      `The database lacks the migrations ${all.at(-1)}: run \`npm run setup\` (Procfile \`release\`) first.`,
    );
    await migrate({ databaseUrl: connectionString, directory: MIGRATIONS, logger: silentLogger });
    await check(connectionString, 'esdb://127.0.0.1:1');
  });
});
