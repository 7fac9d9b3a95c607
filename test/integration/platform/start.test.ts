// The supervisor with its real children, from source: how it starts, how it ends, and what it says when it cannot.
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect } from 'chai';
import { tryPort } from '../../../src/platform/freePort.ts';
import { type Spawned, isRunning, killAllSpawned, spawnScript } from '../../support/spawned.ts';
import { until } from '../../support/until.ts';

const lineWith = (text: string, word: string): number => text.split('\n').findIndex((line) => line.includes(word)) + 1;

describe('the supervisor', function () {
  this.timeout(60_000);
  let home: string;
  let port: number;

  beforeEach(async () => {
    home = mkdtempSync(join(tmpdir(), 'omni-start-'));
    chmodSync(home, 0o755);
    port = (await tryPort(0)) ?? 0;
  });
  afterEach(async () => {
    killAllSpawned();
    for (const pid of processesOf(home)) process.kill(pid, 'SIGKILL');
    await until(() => processesOf(home).length === 0, { within: 10_000, what: 'the end of all processes' });
    rmSync(home, { recursive: true, force: true });
  });

  const start = (env: Record<string, string> = {}): Spawned =>
    spawnScript('src/start.ts', ['--from-source'], {
      env: { PORT: String(port), OMNI_DATA_DIR: join(home, 'data'), ...env },
    });

  it('answers, and leaves no process after one Ctrl-C that npm doubles', async () => {
    const system = start();
    const url = await started(system);
    expect((await fetch(`${url}/health`)).status).to.equal(200);
    expect(processesOf(home).length).to.be.at.least(5);
    system.killGroup('SIGINT');
    system.kill('SIGINT');
    expect(await system.ended(5_000)).to.equal(0);
    expect(processesOf(home)).to.deep.equal([]);
  });

  it('starts again on the same port and data after it was killed with its database', async () => {
    const first = start();
    await started(first);
    const keyFile = join(home, 'data', 'local-key');
    const key = readFileSync(keyFile, 'utf8');
    const database = Number(readFileSync(join(home, 'data/postgres/data/postmaster.pid'), 'utf8').split('\n')[0]);
    first.kill('SIGKILL');
    process.kill(database, 'SIGKILL');
    await first.ended();
    const second = start();
    await started(second);
    expect(readFileSync(keyFile, 'utf8')).to.equal(key);
    second.kill('SIGTERM');
    expect(await second.ended(5_000)).to.equal(0);
    await until(() => processesOf(home).length === 0, { within: 5_000, what: 'the end of the first children' });
  });

  it('says in one line that the port is taken, and leaves no process', async () => {
    const stranger = createServer().listen(port, '127.0.0.1');
    try {
      const system = start();
      expect(await system.ended(30_000)).to.equal(1);
      expect(system.printed()).to.match(new RegExp(`PORT: found ${port} on 127.0.0.1, which is taken`));
      expect(processesOf(home)).to.deep.equal([]);
    } finally {
      stranger.close();
    }
  });

  it('names what is wrong in the environment and in both files at once, before it opens anything', async () => {
    const config = join(home, 'config');
    mkdirSync(config);
    symlinkSync(resolve('node_modules'), join(home, 'node_modules'));
    writeFileSync(join(config, 'models.yaml'), 'models: none\n');
    const policy = readFileSync('config/routing.yaml', 'utf8').replace(/retriesPerModel: \d+/, 'retriesPerModel: many');
    writeFileSync(join(config, 'routing.yaml'), policy);
    for (const file of ['src/start.ts', 'src/setup.ts']) {
      const system = spawnScript(file, ['--from-source'], { env: { LOG_LEVEL: 'loud' }, cwd: home });
      expect(await system.ended()).to.equal(1);
      expect(system.printed().trim().split('\n')).to.deep.equal([
        'The configuration has 3 problems:',
        '  environment: LOG_LEVEL: found "loud"; allowed: error | warn | info | debug',
        '  config/models.yaml:1: models: found "none"; allowed: a list',
        `  config/routing.yaml:${lineWith(policy, 'retriesPerModel: many')}: fallback.retriesPerModel: found "many"; allowed: a number`,
      ]);
    }
    expect(readdirSync(home)).to.have.members(['config', 'node_modules']);
  });

  it('names every bad environment value at once, before it opens anything', async () => {
    const system = start({ PORT: 'many', LOG_LEVEL: 'loud' });
    expect(await system.ended(20_000)).to.equal(1);
    expect(system.printed()).to.include('PORT: found "many"').and.include('LOG_LEVEL: found "loud"');
    expect(readdirSync(home)).to.deep.equal([]);
  });
});

/** The address that it says it listens on. */
async function started(system: Spawned): Promise<string> {
  return (await system.seen(/listens on (http:\S+)/, 40_000))[1] ?? '';
}

/** Everything that runs with this folder in its command line or environment, except this process. */
function processesOf(folder: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .map(Number)
    .filter((pid) => readProc(pid, 'cmdline').includes(folder) || readProc(pid, 'environ').includes(folder))
    .filter(isRunning);
}

function readProc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch (error) {
    // It has ended since, or is another user's.
    if (error instanceof Error && 'code' in error) return '';
    throw error;
  }
}
