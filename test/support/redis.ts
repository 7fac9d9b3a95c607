// A real Redis for tests: that of TEST_REDIS_URL, or the machine's own redis-server on a port of its own, in memory. Absent: skipped
// with a reason, but not in CI.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:net';
import { Redis } from 'ioredis';
import { tryPort } from '../../src/platform/freePort.ts';
import { until } from './until.ts';

export type TestRedis = { readonly url: string; close(): Promise<void> };

const GIVEN = process.env['TEST_REDIS_URL'];

/** Why there is no Redis here; undefined when there is one. */
export function redisMissing({ own = false } = {}): string | undefined {
  if (GIVEN !== undefined && !own) return undefined;
  return spawnSync('redis-server', ['--version']).status === 0 ? undefined : 'redis-server is not installed';
}

/** `own` = the test stops it. Otherwise that of TEST_REDIS_URL is taken, where it is set, and its database emptied. */
export async function openTestRedis({ own = false } = {}): Promise<TestRedis> {
  if (GIVEN !== undefined && !own) return await emptied(GIVEN);
  const port = (await tryPort(0)) ?? 0;
  const folder = mkdtempSync(join(tmpdir(), 'omni-redis-'));
  const options = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder];
  const child: ChildProcess = spawn('redis-server', options, { stdio: 'ignore' });
  await until(() => answers(port), { within: 10_000, what: 'redis-server' });
  return {
    url: `redis://127.0.0.1:${port}`,
    async close() {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function emptied(url: string): Promise<TestRedis> {
  const client = new Redis(url);
  await client.flushdb();
  await client.quit();
  return { url, close: async () => {} };
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
