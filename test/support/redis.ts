// A real Redis for tests: the machine's own redis-server on a port of its own, in memory. Absent: skipped with a reason, but not in CI.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:net';
import { tryPort } from '../../src/platform/freePort.ts';
import { until } from './until.ts';

export type TestRedis = { readonly url: string; close(): Promise<void> };

/** Why there is no Redis here; undefined when there is one. */
export function redisMissing(): string | undefined {
  return spawnSync('redis-server', ['--version']).status === 0 ? undefined : 'redis-server is not installed';
}

export async function openTestRedis(): Promise<TestRedis> {
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
