// A backup of a living router's database, and all of it back in an empty one: the audit finds nothing.
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { formatVerify } from '../../../projections/formatVerify.ts';
import { isWhole } from '../../../projections/verify.ts';
import { openPostgresEventStore } from '../../../src/eventstore/postgres.ts';
import { writeBackup } from '../../../src/platform/backup.ts';
import { orderTables } from '../../../src/platform/backupFormat.ts';
import { systemClock as clock } from '../../../src/platform/clock.ts';
import { restoreBackup } from '../../../src/platform/restore.ts';
import { dumpTables } from '../../support/eventLog.ts';
import { silentLogger as logger } from '../../support/logger.ts';
import { MIGRATIONS, openEmptyDatabase, openTestDatabase } from '../../support/postgres.ts';
import { rejectionOf } from '../../support/rejectionOf.ts';
import { useRouter } from '../../support/router.ts';
import { catchUp, fillWorld, verifyWorld } from '../../support/verifyWorld.ts';

const TABLES = ['requests', 'usage_daily', 'api_keys', 'users', 'orgs', 'projection_checkpoints'];

describe('a backup', function () {
  this.timeout(60_000);
  const router = useRouter();
  const folder = mkdtempSync(join(tmpdir(), 'omni-backup-'));
  const file = join(folder, 'backup.tar.gz');
  const back = (databaseUrl: string, archive = file) =>
    restoreBackup({ databaseUrl, file: archive, directory: MIGRATIONS, logger });
  before(async () => {
    await fillWorld(router());
    await writeBackup({ databaseUrl: router().connectionString, file, createdAt: '2026-11-25T00:00:00.000Z' });
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('is for its owner only, and comes back whole into an empty database', async () => {
    expect(statSync(file).mode & 0o077).to.equal(0);
    const database = await openEmptyDatabase();
    try {
      const { tables } = await back(database.connectionString);
      expect(tables['eventlog.events']?.rows).to.be.greaterThan(20);
      const before = await dumpTables(router().postgres, TABLES);
      expect(await dumpTables(database.postgres, TABLES)).to.deep.equal(before);
      // The router has gone on: what it measured since is in its log only.
      const events = async (postgres: typeof database.postgres) =>
        (await dumpTables(postgres, ['eventlog.events']))['eventlog.events'] ?? [];
      expect(await events(router().postgres)).to.include.members(await events(database.postgres));
      const store = openPostgresEventStore({ postgres: database.postgres, clock, logger });
      const report = await verifyWorld({ postgres: database.postgres, store });
      expect(isWhole(report), formatVerify(report)).to.equal(true);
      await database.postgres.query(`insert into admin_outbox (data) values ('{}')`);
      expect((await rejectionOf(back(database.connectionString))).message).to.include('not empty');
    } finally {
      await database.close();
    }
  });

  it('is one moment, although requests go on', async () => {
    const busy = join(folder, 'busy.tar.gz');
    const asking = Promise.all(
      Array.from({ length: 20 }, () =>
        router().send('/v1/chat', { body: { messages: [{ role: 'user', content: 'during the backup' }] } }),
      ),
    );
    await writeBackup({ databaseUrl: router().connectionString, file: busy, createdAt: '2026-11-25T00:00:00.000Z' });
    await asking;
    const database = await openEmptyDatabase();
    try {
      await back(database.connectionString, busy);
      const store = openPostgresEventStore({ postgres: database.postgres, clock, logger });
      // What the read models lacked at that moment they have as soon as they run.
      const cut = await verifyWorld({ postgres: database.postgres, store });
      expect(cut.readModels.flatMap(({ problems }) => problems)).to.deep.equal([]);
      await catchUp({ postgres: database.postgres, store });
      const report = await verifyWorld({ postgres: database.postgres, store });
      expect(isWhole(report), formatVerify(report)).to.equal(true);
    } finally {
      await database.close();
    }
  });

  it('is refused when it is cut off, damaged or none, and leaves nothing behind', async () => {
    const whole = readFileSync(file);
    const files: [string, Buffer, RegExp][] = [
      ['cut', whole.subarray(0, Math.floor(whole.length / 2)), /cannot be read|cut off/],
      ['none', Buffer.from('no archive at all'), /cannot be read|not a backup/],
    ];
    for (const [name, content, problem] of files) {
      const path = join(folder, `${name}.tar.gz`);
      writeFileSync(path, content);
      const database = await openEmptyDatabase();
      try {
        expect((await rejectionOf(back(database.connectionString, path))).message, name).to.match(problem);
        const { rows } = await database.postgres.query<{ there: string | null }>(
          `select to_regclass('eventlog.events')::text as there`,
        );
        if (rows[0]?.there != null)
          expect((await database.postgres.query('select from eventlog.events')).rowCount).to.equal(0);
      } finally {
        await database.close();
      }
    }
  });

  it('is made and read by the commands, which say what they did', async () => {
    const path = join(folder, 'command.tar.gz');
    const run = (script: string, databaseUrl: string) =>
      promisify(execFile)(process.execPath, ['--import', 'tsx', `src/cli/${script}.ts`, path], {
        env: { PATH: process.env['PATH'], DATABASE_URL: databaseUrl },
      });
    expect((await run('backup', router().connectionString)).stdout).to.match(
      /\d+ rows of \d+ tables. It holds secrets/,
    );
    const database = await openTestDatabase();
    await database.close();
    const empty = await openEmptyDatabase();
    try {
      expect((await run('restore', empty.connectionString)).stdout).to.include('counted and compared by hash');
    } finally {
      await empty.close();
    }
  });

  it('loads what is referred to before what refers to it', () => {
    const references = [
      { from: 'keys', to: 'users' },
      { from: 'users', to: 'orgs' },
      { from: 'orgs', to: 'orgs' },
    ];
    expect(orderTables(['keys', 'orgs', 'users'], references)).to.deep.equal(['orgs', 'users', 'keys']);
    expect(() =>
      orderTables(
        ['a', 'b'],
        [
          { from: 'a', to: 'b' },
          { from: 'b', to: 'a' },
        ],
      ),
    ).to.throw('circle');
  });
});
