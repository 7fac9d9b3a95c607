import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { createRandom, systemClock } from '../../../src/platform/clock.ts';
import { type EmbeddedPostgres, openEmbeddedPostgres } from '../../../src/platform/embeddedPostgres.ts';
import { openPostgres } from '../../../src/platform/postgres.ts';
import { readUsers } from '../../../src/platform/systemUser.ts';
import { silentLogger } from '../../support/logger.ts';
import { type Spawned, groupOf, isRunning, killAllSpawned, spawnScript } from '../../support/spawned.ts';
import { until } from '../../support/until.ts';

const isRoot = process.getuid?.() === 0;
const HOLDER = 'test/fixtures/processes/databaseHolder.ts';

describe('the embedded PostgreSQL', function () {
  this.timeout(40_000);
  let home: string;
  let dataDir: string;
  const opened: EmbeddedPostgres[] = [];
  const away: string[] = [];

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'omni embedded-'));
    chmodSync(home, 0o755);
    dataDir = join(home, 'data of the router');
  });
  afterEach(async () => {
    killAllSpawned();
    for (const postgres of opened.splice(0)) await postgres.stop();
    stopLeftover(join(dataDir, 'postgres', 'data'));
    for (const folder of away.splice(0)) {
      stopLeftover(join(folder, 'data'));
      rmSync(folder, { recursive: true, force: true });
    }
    rmSync(home, { recursive: true, force: true });
  });

  const open = async (folder = dataDir): Promise<EmbeddedPostgres> => {
    const postgres = await openEmbeddedPostgres({
      dataDir: folder,
      clock: systemClock,
      random: createRandom(systemClock),
      logger: silentLogger,
      fsync: false,
    });
    opened.push(postgres);
    return postgres;
  };
  const pidFile = (base = join(dataDir, 'postgres')) => join(base, 'data', 'postmaster.pid');
  const serverPid = (base?: string) => Number(readFileSync(pidFile(base), 'utf8').split('\n')[0]);
  const hold = async (options?: { user: number }): Promise<Spawned & { connectionString: string; notes: string[] }> => {
    const holder = spawnScript(HOLDER, [dataDir], options);
    const [line] = await holder.seen(/^\{.*\}$/m);
    return { ...holder, ...(JSON.parse(line) as { connectionString: string; notes: string[] }) };
  };

  it('keeps its data over a restart, its secrets to itself, and listens on loopback only', async () => {
    const first = await open();
    await query(first.connectionString, 'create table kept as select 7::int as n');
    const base = join(dataDir, 'postgres');
    expect(statSync(base).mode & 0o777).to.equal(0o700);
    expect(statSync(join(base, 'port')).mode & 0o777).to.equal(0o600);
    expect(await query(first.connectionString, 'show listen_addresses')).to.deep.equal([
      { listen_addresses: '127.0.0.1' },
    ]);
    await opened.pop()?.stop();
    expect(existsSync(pidFile())).to.equal(false);
    const second = await open();
    expect(second.connectionString).to.equal(first.connectionString);
    expect(await query(second.connectionString, 'select n from kept')).to.deep.equal([{ n: 7 }]);
  });

  it('refuses a second owner in one sentence that names the folder', async () => {
    await open();
    expect(await messageOf(open()))
      .to.match(/already running/)
      .and.include(dataDir);
  });

  it('lets two first starts at once make one database, and one of them wins', async () => {
    const results = await Promise.allSettled([hold(), hold()]);
    expect(results.map(({ status }) => status).sort()).to.deep.equal(['fulfilled', 'rejected']);
    const lost = results.find((result) => result.status === 'rejected');
    expect(String(lost?.reason)).to.match(/already running/);
  });

  it('adopts the server of an owner that was killed', async () => {
    const holder = await hold();
    await query(holder.connectionString, 'create table kept (n int)');
    const pid = serverPid();
    expect(groupOf(pid), 'a Ctrl-C must not reach the server').not.to.equal(groupOf(holder.pid));
    holder.kill('SIGKILL');
    await holder.ended();
    const next = await open();
    expect(serverPid()).to.equal(pid);
    expect(await query(next.connectionString, 'select n from kept')).to.deep.equal([]);
  });

  it('starts again when the server is killed under it, on the same port', async () => {
    const { connectionString } = await open();
    const pid = serverPid();
    process.kill(pid, 'SIGKILL');
    await until(() => isReachable(connectionString), { within: 15_000, what: 'the server being back' });
    expect(serverPid()).not.to.equal(pid);
  });

  it('starts when both the owner and the server were killed', async () => {
    const holder = await hold();
    await query(holder.connectionString, 'create table kept (n int)');
    const pid = serverPid();
    holder.kill('SIGKILL');
    process.kill(pid, 'SIGKILL');
    await holder.ended();
    const next = await open();
    expect(serverPid()).not.to.equal(pid);
    expect(await query(next.connectionString, 'select n from kept')).to.deep.equal([]);
  });

  it('starts when the number in the pid file belongs to another program now', async () => {
    await open();
    const before = readFileSync(pidFile(), 'utf8');
    const { uid, gid } = statSync(pidFile());
    await opened.pop()?.stop();
    const stranger = spawn('sleep', ['60'], { uid, gid, stdio: 'ignore' });
    try {
      writeFileSync(pidFile(), before.replace(/^\d+/, String(stranger.pid)), { mode: 0o600 });
      chownSync(pidFile(), uid, gid);
      const { connectionString } = await open();
      expect(await isReachable(connectionString)).to.equal(true);
    } finally {
      stranger.kill('SIGKILL');
    }
  });

  it('stops with its owner on a signal', async () => {
    const holder = await hold();
    const pid = serverPid();
    holder.killGroup('SIGINT');
    expect(await holder.ended(5_000)).to.equal(0);
    expect(isRunning(pid)).to.equal(false);
  });

  it('refuses data of another major version and says both versions', async () => {
    await open();
    await opened.pop()?.stop();
    writeFileSync(join(dataDir, 'postgres', 'data', 'PG_VERSION'), '15\n');
    expect(await messageOf(open())).to.match(/written by PostgreSQL 15, and this router brings 18/);
  });

  it('says which folder cannot be written to', async () => {
    const folder = isRoot ? '/proc/router' : join(home, 'closed', 'data');
    if (!isRoot) mkdirSync(join(home, 'closed'), { mode: 0o500 });
    expect(await messageOf(open(folder)))
      .to.include('OMNI_DATA_DIR')
      .and.include(folder)
      .and.include('cannot be written');
  });

  it('puts the data under the state folder when root keeps its home closed', async function () {
    if (!isRoot) return this.skip();
    chmodSync(home, 0o700);
    const { connectionString, notes } = await open();
    expect(notes).to.have.length(1);
    const base = /its data are in (\S+)\.$/.exec(notes[0] ?? '')?.[1] ?? '';
    away.push(base);
    expect(base).to.match(/^\/var\/lib\/omni-model-router\//);
    expect(notes[0]).to.include(dataDir);
    await query(connectionString, 'create table kept (n int)');
    await opened.pop()?.stop();
    // Data that are there stay where they are.
    chmodSync(home, 0o755);
    const again = await open();
    expect(await query(again.connectionString, 'select n from kept')).to.deep.equal([]);
  });

  it('runs as an ordinary user, and as root on the data of that user', async function () {
    if (!isRoot) return this.skip();
    const nobody = readUsers().find(({ name }) => name === 'nobody');
    if (!nobody) throw new Error('this system has no user nobody');
    mkdirSync(dataDir);
    chownSync(dataDir, nobody.uid, nobody.gid);
    const holder = await hold({ user: nobody.uid });
    expect(statSync(`/proc/${serverPid()}`).uid).to.equal(nobody.uid);
    await query(holder.connectionString, 'create table kept (n int)');
    holder.kill('SIGTERM');
    expect(await holder.ended()).to.equal(0);
    const asRoot = await open();
    expect(await query(asRoot.connectionString, 'select n from kept')).to.deep.equal([]);
    await opened.pop()?.stop();
    const again = await hold({ user: nobody.uid });
    expect(await isReachable(again.connectionString)).to.equal(true);
  });

  it('tells an ordinary user whose the data are', async function () {
    if (!isRoot) return this.skip();
    mkdirSync(join(dataDir, 'postgres'), { recursive: true });
    chmodSync(dataDir, 0o777);
    const holder = spawnScript(HOLDER, [dataDir], { user: 65_534 });
    expect(await holder.ended()).to.equal(1);
    expect(holder.printed()).to.match(/belongs to another user \(uid 0\)/);
  });
});

/** Ends the server of a test that failed on its way. */
function stopLeftover(data: string): void {
  const file = join(data, 'postmaster.pid');
  if (!existsSync(file)) return;
  const pid = Number(readFileSync(file, 'utf8').split('\n')[0]);
  if (isRunning(pid)) process.kill(pid, 'SIGQUIT');
}

async function query(connectionString: string, text: string): Promise<unknown[]> {
  const postgres = openPostgres({ connectionString, applicationName: 'test', logger: silentLogger, max: 1 });
  try {
    return (await postgres.query(text)).rows;
  } finally {
    await postgres.close();
  }
}

async function isReachable(connectionString: string): Promise<boolean> {
  try {
    await query(connectionString, 'select 1');
    return true;
  } catch {
    return false;
  }
}

async function messageOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  throw new Error('it did not fail');
}
