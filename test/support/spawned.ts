// Processes that a test starts: what they print, how they end; none is left when the test is over.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { until } from './until.ts';

export type Spawned = {
  readonly pid: number;
  readonly printed: () => string;
  /** Exit code, or the signal that ended it; undefined while it runs. */
  readonly ending: () => number | string | undefined;
  /** Waits for the first match in what it prints. @throws Error with everything printed when it ends or is late */
  seen(pattern: RegExp, within?: number): Promise<RegExpExecArray>;
  ended(within?: number): Promise<number | string>;
  kill(signal: NodeJS.Signals): void;
  killGroup(signal: NodeJS.Signals): void;
};

export type SpawnOptions = {
  readonly env?: Readonly<Record<string, string>>;
  /** Where it runs; the repository unless said. */
  readonly cwd?: string;
  /** Runs it as this user and group. */
  readonly user?: number;
};

const running = new Set<ChildProcess>();

/** Runs a TypeScript file in a process group of its own. */
export function spawnScript(file: string, args: readonly string[], options: SpawnOptions = {}): Spawned {
  const child = spawn(process.execPath, ['--import', 'tsx', resolve(file), ...args], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: { PATH: process.env['PATH'], HOME: '/nonexistent', ...options.env },
    ...(options.user === undefined ? {} : { uid: options.user, gid: options.user }),
  });
  running.add(child);
  let text = '';
  const collect = (chunk: Buffer): void => {
    text += chunk.toString();
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  child.once('exit', () => running.delete(child));
  const pid = child.pid ?? 0;
  const ending = () => child.exitCode ?? child.signalCode ?? undefined;
  return {
    pid,
    printed: () => text,
    ending,
    async seen(pattern, within = 20_000) {
      const match = await until(() => pattern.exec(text) ?? (ending() === undefined ? undefined : 'ended'), {
        within,
        what: `${String(pattern)} in the output of ${file}`,
      });
      if (match === 'ended') throw new Error(`${file} ended (${ending()}) without ${String(pattern)}:\n${text}`);
      return match;
    },
    ended: (within = 10_000) => until(ending, { within, what: `the end of ${file}` }),
    kill: (signal) => child.kill(signal),
    killGroup: (signal) => process.kill(-pid, signal),
  };
}

export function killAllSpawned(): void {
  for (const child of running) child.kill('SIGKILL');
}

/** Alive and not a zombie. */
export function isRunning(pid: number): boolean {
  const file = `/proc/${pid}/stat`;
  return existsSync(file) && !/\) Z /.test(readFileSync(file, 'utf8'));
}

/** The process group that a process is in. */
export function groupOf(pid: number): number {
  return Number(
    readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')[2],
  );
}
