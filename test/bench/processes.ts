// What the benches know of other processes on this machine: Linux's /proc.
import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';

/** Clock ticks a second of /proc/<pid>/stat. */
const TICKS = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

/** Why these tests cannot run on this machine; undefined when they can. */
export function procMissing(): string | undefined {
  return existsSync('/proc/self/environ') ? undefined : 'there is no /proc to find processes by';
}

/** A script of ours that tells its port when it listens. */
export function forkPort(script: string, args: readonly string[]): Promise<{ child: ChildProcess; port: number }> {
  const child = fork(script, args, { execArgv: ['--import', 'tsx'] });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('message', (message: { port: number }) => resolve({ child, port: message.port }));
  });
}

/** User and system time of a process so far, in seconds. */
export function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

/** Memory of a process that is in RAM, in MB. */
export function residentMb(pid: number): number {
  const kb = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kb) / 1_024;
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

/** The process that runs that script for that data folder; undefined while there is none. */
export function findPid(dataDir: string, script: string): number | undefined {
  return processes().find(({ command, environment }) => command.includes(script) && environment.includes(dataDir))?.pid;
}

/** @throws Error when there is none */
export function pidOf(dataDir: string, script: string): number {
  const pid = findPid(dataDir, script);
  if (pid === undefined) throw new Error(`there is no process of ${script}`);
  return pid;
}

/** Backends come and go with their connections; those of one pool stay during a run. */
export function postgresCpu(): number {
  return processes()
    .filter(({ command }) => /postgres/.test(command) && !/node/.test(command))
    .reduce((sum, { pid }) => sum + cpuSeconds(pid), 0);
}
