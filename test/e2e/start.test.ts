// The promise to a newcomer: one command starts everything and answers, survives what machines do to processes, and leaves
// nothing behind.
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import { openPostgres } from '../../src/platform/postgres.ts';
import { silentLogger } from '../support/logger.ts';
import { type System, newDataDir, removeDataDir, spawnSystem, startSystem } from '../support/system.ts';
import { until } from '../support/until.ts';

async function ask(
  system: Pick<System, 'url' | 'key'>,
): Promise<{ status: number; body: Record<string, unknown>; headers: Headers }> {
  const reply = await fetch(`${system.url}/v1/chat`, {
    method: 'POST',
    headers: { authorization: `Bearer ${system.key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ messages: [{ role: 'user', content: 'Write a haiku about SQL' }] }),
  });
  return { status: reply.status, body: (await reply.json()) as Record<string, unknown>, headers: reply.headers };
}

/** Process ids that mention the data folder in their command line or environment: the router's, and its database's. */
function processesOf(dataDir: string): number[] {
  const all = execFileSync('ps', ['-eo', 'pid='], { encoding: 'utf8' }).trim().split('\n').map(Number);
  return all.filter(
    (pid) =>
      pid !== process.pid &&
      [`/proc/${pid}/cmdline`, `/proc/${pid}/environ`].some((file) => readProc(file).includes(dataDir)),
  );
}

function readProc(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    // It has just ended, or belongs to another user.
    if (error instanceof Error && 'code' in error) return '';
    throw error;
  }
}

function postmasterPid(dataDir: string): number {
  return Number(readFileSync(join(dataDir, 'postgres', 'data', 'postmaster.pid'), 'utf8').split('\n')[0]);
}

describe('starting the router', function () {
  this.timeout(120_000);
  const dataDirs: string[] = [];
  const dataDir = (mode?: number) => {
    const folder = newDataDir(mode);
    dataDirs.push(folder);
    return folder;
  };
  afterEach(() => {
    for (const folder of dataDirs.splice(0)) {
      for (const pid of processesOf(folder)) process.kill(pid, 'SIGKILL');
      removeDataDir(folder);
    }
  });

  it('answers its printed curl line, and the rows of the request are there a moment later', async () => {
    const system = await startSystem({ dataDir: dataDir() });
    const line = /^\s*(curl -s .+)$/m.exec(system.output())?.[1] ?? '';
    const body = JSON.parse(execFileSync('sh', ['-c', line], { encoding: 'utf8' })) as {
      request_id: string;
      simulated: boolean;
    };
    expect(body.simulated).to.equal(true);
    const postgres = openPostgres({
      connectionString: system.databaseUrl,
      applicationName: 'test',
      logger: silentLogger,
      max: 1,
    });
    const row = await until(
      async () => {
        const { rows } = await postgres.query<{ success: boolean; model_used: string; reason: string }>(
          `select r.success, r.model_used, l.reason from requests r join routing_logs l on l.request_id = r.id where r.id = $1 and r.success`,
          [body.request_id],
        );
        return rows[0];
      },
      { within: 10_000, what: 'the rows of the request' },
    );
    expect(row.reason).to.include(row.model_used);
    const tables = await postgres.query<{ hash: string }>('select hash from api_keys');
    expect(tables.rows.map(({ hash }) => hash)).to.have.length(1);
    expect(JSON.stringify(tables.rows)).not.to.include(system.key);
    expect(statSync(join(system.dataDir, 'local-key')).mode & 0o777).to.equal(0o600);
    await postgres.close();
    await system.stop();
  });

  it('reuses key and data on the second start', async () => {
    const folder = dataDir();
    const first = await startSystem({ dataDir: folder });
    expect((await ask(first)).status).to.equal(200);
    await first.stop();
    const second = await startSystem({ dataDir: folder });
    expect(second.key).to.equal(first.key);
    const usage = await until(async () => {
      const reply = await fetch(`${second.url}/v1/usage`, { headers: { 'x-api-key': second.key } });
      const body = (await reply.json()) as { total_requests: number };
      return body.total_requests === 1 ? body : undefined;
    });
    expect(usage.total_requests).to.equal(1);
    await second.stop();
  });

  it('ends within 5 s of Ctrl-C under load and leaves no process', async () => {
    const system = await startSystem({ dataDir: dataDir() });
    const answers = Array.from({ length: 40 }, () =>
      ask(system).then(
        ({ status }) => status,
        () => 'refused',
      ),
    );
    await Promise.race(answers);
    const begun = performance.now();
    // A terminal sends it to the whole group.
    process.kill(-(system.supervisor.pid ?? 0), 'SIGINT');
    await until(() => system.supervisor.exitCode !== null || system.supervisor.signalCode !== null, {
      within: 8_000,
      what: 'the end of the supervisor',
    });
    expect(performance.now() - begun).to.be.below(5_000);
    await until(() => processesOf(system.dataDir).length === 0, { within: 2_000, what: 'the end of every process' });
    const known = await Promise.all(answers);
    expect(known.filter((status) => status === 200)).not.to.have.length(0);
  });

  it('says in one sentence that a second instance runs on the same data', async () => {
    const system = await startSystem({ dataDir: dataDir() });
    const second = spawnSystem({ dataDir: system.dataDir });
    expect(await second.ended).to.equal(1);
    expect(second.output()).to.match(/already running/);
    expect((await ask(system)).status).to.equal(200);
    await system.stop();
  });

  for (const victim of ['the supervisor', 'the database', 'both'] as const) {
    it(`just works at the next start after kill -9 of ${victim}`, async () => {
      const folder = dataDir();
      const first = await startSystem({ dataDir: folder });
      expect((await ask(first)).status).to.equal(200);
      if (victim !== 'the supervisor') process.kill(postmasterPid(folder), 'SIGKILL');
      if (victim !== 'the database') process.kill(first.supervisor.pid ?? 0, 'SIGKILL');
      else await first.stop();
      const second = await startSystem({ dataDir: folder });
      expect((await ask(second)).status).to.equal(200);
      await second.stop();
    });
  }

  it('keeps answering, and recovers by itself, when the database is killed under it', async () => {
    const system = await startSystem({ dataDir: dataDir() });
    expect((await ask(system)).status).to.equal(200);
    process.kill(postmasterPid(system.dataDir), 'SIGKILL');
    const during = await ask(system);
    expect(during.status).to.equal(200);
    await until(
      async () => {
        const reply = await fetch(`${system.url}/v1/requests/${String(during.body['request_id'])}`, {
          headers: { 'x-api-key': system.key },
        });
        if (reply.status !== 200) return undefined;
        const { events } = (await reply.json()) as { events: { type: string }[] };
        return events.at(-1)?.type === 'RequestCompleted';
      },
      { within: 30_000, what: 'the events of the request in the log' },
    );
    await system.stop();
  });

  it('works as root in a home of mode 0700, and says where the database is then', async function () {
    if (process.getuid?.() !== 0) this.skip();
    const system = await startSystem({ dataDir: dataDir(0o700) });
    expect((await ask(system)).status).to.equal(200);
    const kept = /\/var\/lib\/omni-model-router\/[0-9a-f]+/.exec(system.output())?.[0] ?? '';
    expect(kept).not.to.equal('');
    await system.stop();
    removeDataDir(kept);
  });

  it('names a taken port, and what is allowed, and ends with code 1', async () => {
    const taken = createServer();
    const port = await new Promise<number>((resolve) => {
      taken.listen(0, '127.0.0.1', () => {
        const address = taken.address();
        resolve(typeof address === 'object' && address ? address.port : 0);
      });
    });
    const system = spawnSystem({ dataDir: dataDir(), env: { PORT: String(port) } });
    expect(await system.ended).to.equal(1);
    taken.close();
    expect(system.output()).to.include(String(port)).and.to.match(/PORT/);
  });

  it('names every bad environment value at once and ends with code 1', async () => {
    const system = spawnSystem({ dataDir: dataDir(), env: { PORT: 'abc', LOG_LEVEL: 'loud' } });
    expect(await system.ended).to.equal(1);
    expect(system.output())
      .to.match(/PORT.*"abc"/)
      .and.to.match(/LOG_LEVEL.*"loud".*error \| warn/);
  });

  it('makes and prints no key in production', async () => {
    const folder = dataDir();
    const system = spawnSystem({ dataDir: folder, env: { NODE_ENV: 'production' } });
    await until(() => system.output().includes('Omni-Model Router'), { within: 60_000, what: 'the start' });
    expect(system.output()).not.to.include('omr_');
    expect(() => statSync(join(folder, 'local-key'))).to.throw();
    system.supervisor.kill('SIGINT');
    await system.ended;
  });
});
