// This router's web process against a bare proxy, on one upstream, in one run: requests a second, CPU a request, added latency.
import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { Pool } from 'undici';
import { newDataDir, removeDataDir, startSystem } from '../support/system.ts';

const REQUESTS = 4_000;
const WARM_UP = 800;
const CONCURRENCY = 16;
/** Clock ticks a second of /proc/<pid>/stat. */
const TICKS = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

type Measured = { readonly perSecond: number; readonly cpuUs: number; readonly p50Ms: number; readonly p99Ms: number };

export async function runProxyBench(): Promise<string> {
  const upstream = await forkPort('test/bench/upstream.ts', []);
  const upstreamUrl = `http://127.0.0.1:${upstream.port}`;
  const proxy = await forkPort('test/bench/bareProxy.ts', [upstreamUrl]);
  const dataDir = newDataDir();
  const system = await startSystem({
    dataDir,
    command: ['dist/src/start.js'],
    env: { OPENAI_API_KEY: 'bench', OPENAI_BASE_URL: `${upstreamUrl}/v1`, LOG_LEVEL: 'warn', NODE_ENV: 'development' },
  });
  try {
    const web = pidOf(dataDir, 'dist/src/main.js');
    const projections = pidOf(dataDir, 'dist/projections/main.js');
    const proxyUrl = `http://127.0.0.1:${proxy.port}`;
    await load(proxyUrl, '', WARM_UP);
    await load(system.url, system.key, WARM_UP);
    const bare = await measure(() => load(proxyUrl, '', REQUESTS), proxy.child.pid ?? 0);
    const before = { projections: cpuSeconds(projections), postgres: postgresCpu() };
    const router = await measure(() => load(system.url, system.key, REQUESTS), web);
    const beside = {
      projections: ((cpuSeconds(projections) - before.projections) / REQUESTS) * 1e6,
      postgres: ((postgresCpu() - before.postgres) / REQUESTS) * 1e6,
    };
    return report(router, bare, beside);
  } finally {
    await system.stop();
    proxy.child.kill();
    upstream.child.kill();
    removeDataDir(dataDir);
  }
}

function forkPort(script: string, args: readonly string[]): Promise<{ child: ChildProcess; port: number }> {
  const child = fork(script, args, { execArgv: ['--import', 'tsx'] });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('message', (message: { port: number }) => resolve({ child, port: message.port }));
  });
}

async function load(url: string, key: string, count: number): Promise<number[]> {
  const pool = new Pool(url, { connections: CONCURRENCY });
  const times: number[] = [];
  let next = 0;
  const body = JSON.stringify({
    messages: [{ role: 'user', content: 'Write a haiku about SQL, please, and explain it. '.repeat(4) }],
  });
  const worker = async (): Promise<void> => {
    while (next++ < count) {
      const begun = performance.now();
      const reply = await pool.request({
        method: 'POST',
        path: '/v1/chat',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body,
      });
      const text = await reply.body.text();
      if (reply.statusCode !== 200) throw new Error(`${reply.statusCode}: ${text}`);
      times.push(performance.now() - begun);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  await pool.close();
  return times;
}

async function measure(work: () => Promise<number[]>, pid: number): Promise<Measured> {
  const cpu = cpuSeconds(pid);
  const begun = performance.now();
  const times = (await work()).sort((a, b) => a - b);
  const seconds = (performance.now() - begun) / 1_000;
  const at = (share: number) => times[Math.floor(times.length * share)] ?? 0;
  return {
    perSecond: times.length / seconds,
    cpuUs: ((cpuSeconds(pid) - cpu) / times.length) * 1e6,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
  };
}

/** User and system time of a process so far, in seconds. */
function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

function processes(): { pid: number; command: string; environment: string }[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ');
      return [{ pid: Number(name), command, environment: readFileSync(`/proc/${name}/environ`, 'utf8') }];
    } catch (error) {
      // It ended meanwhile.
      if (error instanceof Error && 'code' in error) return [];
      throw error;
    }
  });
}

function pidOf(dataDir: string, script: string): number {
  const found = processes().find(
    ({ command, environment }) => command.includes(script) && environment.includes(dataDir),
  );
  if (!found) throw new Error(`there is no process of ${script}`);
  return found.pid;
}

/** Backends come and go with their connections; those of one pool stay during a run. */
function postgresCpu(): number {
  return processes()
    .filter(({ command }) => /postgres/.test(command) && !/node/.test(command))
    .reduce((sum, { pid }) => sum + cpuSeconds(pid), 0);
}

function report(router: Measured, bare: Measured, beside: { projections: number; postgres: number }): string {
  const row = (name: string, pick: (measured: Measured) => number, digits: number) =>
    `| ${name} | ${pick(router).toFixed(digits)} | ${pick(bare).toFixed(digits)} | ${(pick(router) / pick(bare)).toFixed(2)} |`;
  return [
    '| one run, one upstream | router (web) | bare proxy | ratio |',
    '|---|---|---|---|',
    row('requests/s', ({ perSecond }) => perSecond, 0),
    row('CPU a request, µs', ({ cpuUs }) => cpuUs, 0),
    row('latency p50, ms', ({ p50Ms }) => p50Ms, 2),
    row('latency p99, ms', ({ p99Ms }) => p99Ms, 2),
    '',
    `Beside it, a request: Postgres ${beside.postgres.toFixed(0)} µs, projections ${beside.projections.toFixed(0)} µs of CPU.`,
    `${REQUESTS} requests at concurrency ${CONCURRENCY}; durable events on.`,
  ].join('\n');
}
