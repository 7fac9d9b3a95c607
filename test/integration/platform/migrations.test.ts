// Migrations on a real server, from folders of the test's own.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { createRandom, systemClock } from '../../../src/platform/clock.ts';
import { migrate, pendingMigrations } from '../../../src/platform/migrations.ts';
import { type Postgres, openPostgres } from '../../../src/platform/postgres.ts';
import { createRecordingLogger, silentLogger } from '../../support/logger.ts';
import { MIGRATIONS, useDatabase } from '../../support/postgres.ts';
import { rejectionOf } from '../../support/rejectionOf.ts';

describe('migrate', () => {
  const migrated = useDatabase();
  const random = createRandom(systemClock);
  let directory: string;
  let databaseUrl: string;
  let name: string;
  let postgres: Postgres;

  const write = (file: string, sql: string): void => writeFileSync(join(directory, file), sql);
  const run = (): Promise<string[]> => migrate({ databaseUrl, directory, logger: silentLogger });

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'omni-migrations-'));
    name = `empty_${random.bytes(6).toString('hex')}`;
    await migrated.postgres.query(`create database ${name}`);
    databaseUrl = Object.assign(new URL(migrated.connectionString), { pathname: `/${name}` }).toString();
    postgres = openPostgres({ connectionString: databaseUrl, applicationName: 'test', logger: silentLogger, max: 2 });
  });
  afterEach(async () => {
    await postgres.close();
    await migrated.postgres.query(`drop database ${name} with (force)`);
    rmSync(directory, { recursive: true });
  });

  it('applies the files in order of their numbers, each once', async () => {
    write('0002_fill.sql', 'insert into things values (1);');
    write('0001_things.sql', '-- Things.\ncreate table things (n int);');
    write('README.md', 'not a migration');
    expect(await pendingMigrations(postgres, directory)).to.deep.equal(['0001_things', '0002_fill']);
    expect(await run()).to.deep.equal(['0001_things', '0002_fill']);
    expect(await run()).to.deep.equal([]);
    write('0003_more.sql', 'insert into things values (2);');
    expect(await pendingMigrations(postgres, directory)).to.deep.equal(['0003_more']);
    expect(await run()).to.deep.equal(['0003_more']);
    const { rows } = await postgres.query('select n from things order by n');
    expect(rows).to.deep.equal([{ n: 1 }, { n: 2 }]);
  });

  it('applies everything once when two run at the same time', async () => {
    write('0001_slow.sql', 'create table things (n int); select pg_sleep(0.2); insert into things values (1);');
    const both = await Promise.all([run(), run()]);
    expect(both.flat()).to.deep.equal(['0001_slow']);
    expect((await postgres.query('select from things')).rowCount).to.equal(1);
  });

  it('leaves nothing of a file that fails, names it, and goes on from there once it is right', async () => {
    write('0001_things.sql', 'create table things (n int);');
    write('0002_wrong.sql', 'create table half (n int); insert into nowhere values (1);');
    const logger = createRecordingLogger();
    const failure = await rejectionOf(migrate({ databaseUrl, directory, logger }));
    expect(failure.message).to.contain('0002_wrong.sql').and.contain('"nowhere" does not exist');
    expect(failure.cause).to.include({ code: '42P01' });
    expect(await pendingMigrations(postgres, directory)).to.deep.equal(['0002_wrong']);
    write('0002_wrong.sql', 'create table half (n int);');
    expect(await run()).to.deep.equal(['0002_wrong']);
  });

  it('refuses a file that comes before one that was applied', async () => {
    write('0002_late.sql', 'select 1;');
    await run();
    write('0001_early.sql', 'select 1;');
    expect((await rejectionOf(run())).message).to.contain('0001_early');
  });

  it('lets an older release start on a newer database', async () => {
    write('0001_first.sql', 'select 1;');
    write('0002_second.sql', 'select 1;');
    await run();
    rmSync(join(directory, '0002_second.sql'));
    expect(await run()).to.deep.equal([]);
    expect(await pendingMigrations(postgres, directory)).to.deep.equal([]);
  });

  it('refuses names out of form, numbers used twice and a way back', async () => {
    write('1_short.sql', 'select 1;');
    expect((await rejectionOf(run())).message).to.contain('1_short.sql');
    rmSync(join(directory, '1_short.sql'));
    write('0001_a.sql', 'select 1;');
    write('0001_b.sql', 'select 1;');
    expect((await rejectionOf(run())).message).to.contain('its number is taken by 0001_a.sql');
    rmSync(join(directory, '0001_b.sql'));
    write('0001_a.sql', 'select 1;\n-- Down Migration\nselect 2;');
    expect((await rejectionOf(run())).message).to.contain('forward only');
  });

  it('finds nothing pending where the template has applied the real ones', async () => {
    expect(await pendingMigrations(migrated.postgres, MIGRATIONS)).to.deep.equal([]);
  });
});
