// This router's web process against a bare proxy, on one upstream, in one run: requests a second, CPU a request, added latency.
import { Pool } from 'undici';
import { newDataDir, removeDataDir, startSystem } from '../support/system.ts';
import { cpuSeconds, forkPort, pidOf, postgresCpu } from './processes.ts';

const REQUESTS = 4_000;
const WARM_UP = 800;
const CONCURRENCY = 16;

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
    const tokens = {
      bare: await firstTokens(proxyUrl, ''),
      router: await firstTokens(system.url, system.key),
    };
    const beside = {
      projections: ((cpuSeconds(projections) - before.projections) / REQUESTS) * 1e6,
      postgres: ((postgresCpu() - before.postgres) / REQUESTS) * 1e6,
    };
    return report(router, bare, beside, tokens);
  } finally {
    await system.stop();
    proxy.child.kill();
    upstream.child.kill();
    removeDataDir(dataDir);
  }
}

const BODY = {
  messages: [{ role: 'user', content: 'Write a haiku about SQL, please, and explain it. '.repeat(4) }],
};

/** Milliseconds until each answer was whole, or, of a stream, until its first token. */
async function load(url: string, key: string, count: number, stream = false): Promise<number[]> {
  const pool = new Pool(url, { connections: CONCURRENCY });
  const times: number[] = [];
  let next = 0;
  const body = JSON.stringify(stream ? { ...BODY, stream } : BODY);
  const worker = async (): Promise<void> => {
    while (next++ < count) {
      const begun = performance.now();
      const reply = await pool.request({
        method: 'POST',
        path: '/v1/chat',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body,
      });
      let first: number | undefined;
      for await (const part of reply.body) {
        if (stream && (part as Buffer).includes('An answer')) first ??= performance.now();
      }
      if (reply.statusCode !== 200) throw new Error(`answered with ${reply.statusCode}`);
      times.push((first ?? performance.now()) - begun);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  await pool.close();
  return times;
}

async function firstTokens(url: string, key: string): Promise<{ p50Ms: number; p99Ms: number }> {
  await load(url, key, WARM_UP / 4, true);
  return percentiles(await load(url, key, REQUESTS / 4, true));
}

function percentiles(times: number[]): { p50Ms: number; p99Ms: number } {
  const sorted = times.sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(sorted.length * share)] ?? 0;
  return { p50Ms: at(0.5), p99Ms: at(0.99) };
}

async function measure(work: () => Promise<number[]>, pid: number): Promise<Measured> {
  const cpu = cpuSeconds(pid);
  const begun = performance.now();
  const times = await work();
  const seconds = (performance.now() - begun) / 1_000;
  return {
    perSecond: times.length / seconds,
    cpuUs: ((cpuSeconds(pid) - cpu) / times.length) * 1e6,
    ...percentiles(times),
  };
}

type Percentiles = { readonly p50Ms: number; readonly p99Ms: number };

function report(
  router: Measured,
  bare: Measured,
  beside: { projections: number; postgres: number },
  tokens: { readonly router: Percentiles; readonly bare: Percentiles },
): string {
  const row = (name: string, pick: (measured: Measured) => number, digits: number) =>
    `| ${name} | ${pick(router).toFixed(digits)} | ${pick(bare).toFixed(digits)} | ${(pick(router) / pick(bare)).toFixed(2)} |`;
  const token = (name: string, pick: (measured: Percentiles) => number) =>
    `| ${name} | ${pick(tokens.router).toFixed(2)} | ${pick(tokens.bare).toFixed(2)} | ${(pick(tokens.router) / pick(tokens.bare)).toFixed(2)} |`;
  return [
    '| one run, one upstream | router (web) | bare proxy | ratio |',
    '|---|---|---|---|',
    row('requests/s', ({ perSecond }) => perSecond, 0),
    row('CPU a request, µs', ({ cpuUs }) => cpuUs, 0),
    row('latency p50, ms', ({ p50Ms }) => p50Ms, 2),
    row('latency p99, ms', ({ p99Ms }) => p99Ms, 2),
    token('first token of a stream p50, ms', ({ p50Ms }) => p50Ms),
    token('first token of a stream p99, ms', ({ p99Ms }) => p99Ms),
    '',
    `Beside it, a request: Postgres ${beside.postgres.toFixed(0)} µs, projections ${beside.projections.toFixed(0)} µs of CPU.`,
    `${REQUESTS} requests at concurrency ${CONCURRENCY}; durable events on.`,
  ].join('\n');
}
