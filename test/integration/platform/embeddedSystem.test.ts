// The embedded PostgreSQL on systems unlike this one: no `postgres` user, a checkout that its user cannot enter, folders with
// names that a shell would bend, a database that another router has taken over. Each system is a mount namespace of its own.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { expect } from 'chai';
import { createRandom, systemClock } from '../../../src/platform/clock.ts';
import { type EmbeddedPostgres, openEmbeddedPostgres } from '../../../src/platform/embeddedPostgres.ts';
import { openSession } from '../../../src/platform/postgres.ts';
import { readUsers } from '../../../src/platform/systemUser.ts';
import { createRecordingLogger } from '../../support/logger.ts';
import { until } from '../../support/until.ts';

const HOLDER = 'test/fixtures/processes/databaseHolder.ts';
const canChangeMounts = process.getuid?.() === 0 && spawnSync('unshare', ['-m', 'true']).status === 0;

type Started = { readonly connectionString: string; readonly notes: readonly string[] };

describe('the embedded PostgreSQL on another system', function () {
  this.timeout(40_000);
  let home: string;
  const children: ChildProcess[] = [];

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'omni-system-'));
    chmodSync(home, 0o755);
  });
  afterEach(async () => {
    for (const child of children.splice(0)) {
      child.kill('SIGTERM');
      await until(() => child.exitCode !== null || child.signalCode !== null, { what: 'the end of the holder' });
    }
    rmSync(home, { recursive: true, force: true });
  });

  /** Runs a database holder for `home`/data after these shell commands, in a mount namespace of its own. */
  const holdAfter = async (commands: string, checkout = process.cwd()): Promise<Started> => {
    const script = `set -e; ${commands}; cd "$2"; exec "$3" --import tsx ${HOLDER} "$1/data"`;
    const child = spawn('unshare', ['-m', 'sh', '-c', script, 'sh', home, checkout, process.execPath], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    children.push(child);
    let text = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
    }
    const line = await until(
      () => {
        if (child.exitCode !== null) throw new Error(`the holder ended:\n${text}`);
        return /^\{.*\}$/m.exec(text)?.[0];
      },
      { within: 25_000, what: 'the database' },
    );
    return JSON.parse(line) as Started;
  };
  const serverPid = (base = join(home, 'data', 'postgres')) =>
    Number(readFileSync(join(base, 'data', 'postmaster.pid'), 'utf8').split('\n')[0]);

  it('runs as nobody when root finds no user postgres', async function () {
    if (!canChangeMounts) return this.skip();
    const passwd = readFileSync('/etc/passwd', 'utf8');
    writeFileSync(join(home, 'passwd'), passwd.replaceAll(/^postgres:.*\n/gm, ''));
    const { notes } = await holdAfter('mount --bind "$1/passwd" /etc/passwd');
    expect(notes).to.deep.equal([]);
    expect(ownerOf(serverPid())).to.equal(readUsers().find(({ name }) => name === 'nobody')?.uid);
  });

  it('runs from copies when checkout and data are in a closed home under a strict umask, and says so', async function () {
    if (!canChangeMounts) return this.skip();
    const closed = join(home, 'root-home');
    const checkout = join(closed, 'checkout');
    mkdirSync(checkout, { recursive: true });
    chmodSync(closed, 0o700);
    // The state folder is this test's own too, and the umask a strict one.
    mkdirSync(join(home, 'state'));
    const { notes } = await holdAfter(
      `umask 077; mount --bind "${process.cwd()}" "$2"; mkdir -p /var/lib/omni-model-router; ` +
        `mount --bind "$1/state" /var/lib/omni-model-router`,
      checkout,
    );
    expect(notes).to.have.length(2);
    expect(notes[1]).to.contain('copied to /var/lib/omni-model-router/postgresql-18');
    const base = /its data are in (\S+)\.$/.exec(notes[0] ?? '')?.[1] ?? '';
    const pid = serverPid(join(home, 'state', basename(base)));
    expect(ownerOf(pid)).not.to.equal(0);
    const program = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')[0];
    expect(program).to.match(/^\/var\/lib\/omni-model-router\/postgresql-18[^/]*\/bin\/postgres$/);
  });

  it('starts in a folder whose name holds blanks, quotes and a dollar sign', async () => {
    const dataDir = join(home, 'it\'s "my" $HOME `data`');
    const postgres = await open(dataDir);
    await postgres.stop();
    const again = await open(dataDir);
    expect(again.connectionString).to.equal(postgres.connectionString);
    await again.stop();
  });

  it('takes another port when a stranger listens on the one that it had', async () => {
    const dataDir = join(home, 'data');
    const first = await open(dataDir);
    const { port } = new URL(first.connectionString);
    await first.stop();
    const listen = `require('node:net').createServer().listen(${port}, '127.0.0.1', () => console.log('listening'))`;
    const stranger = spawn(process.execPath, ['-e', listen], { stdio: ['ignore', 'pipe', 'ignore'] });
    children.push(stranger);
    let isListening = false;
    stranger.stdout.once('data', () => {
      isListening = true;
    });
    await until(() => isListening, { what: 'the stranger' });
    const second = await open(dataDir);
    expect(new URL(second.connectionString).port).not.to.equal(port);
    await second.stop();
  });

  it('says that it was taken over, and leaves the server to its new owner', async () => {
    const dataDir = join(home, 'data');
    const postgres = await open(dataDir);
    const pid = serverPid();
    const connectionString = Object.assign(new URL(postgres.connectionString), { pathname: '/postgres' }).toString();
    const rival = await openSession({ connectionString, applicationName: 'test-rival' });
    const { rows } = await rival.query<{ lock: bigint; pid: number }>(
      `select (classid::bigint << 32) | objid::bigint as lock, pid from pg_locks where locktype = 'advisory' and granted`,
    );
    expect(rows).to.have.length(1);
    // Waits in the queue for the lock, and gets it the moment that its owner's connection ends.
    const taken = rival.query('select pg_advisory_lock($1)', [rows[0]?.lock]);
    const killer = await openSession({ connectionString, applicationName: 'test-killer' });
    await killer.query('select pg_terminate_backend($1)', [rows[0]?.pid]);
    await taken;
    await until(() => postgres.takenOver.aborted, { within: 10_000, what: 'the take-over' });
    expect(String(postgres.takenOver.reason)).to.contain('already running');
    await postgres.stop();
    postgres.stopAtOnce();
    expect((await rival.query('select 1 as one')).rows).to.deep.equal([{ one: 1 }]);
    await killer.close();
    await rival.close();
    process.kill(pid, 'SIGQUIT');
    await until(() => !existsSync(`/proc/${pid}`), { what: 'the end of the server' });
  });
});

function ownerOf(pid: number): number {
  return statSync(`/proc/${pid}`).uid;
}

function open(dataDir: string): Promise<EmbeddedPostgres> {
  return openEmbeddedPostgres({
    dataDir: resolve(dataDir),
    clock: systemClock,
    random: createRandom(systemClock),
    logger: createRecordingLogger(),
    fsync: false,
  });
}
