// What the pid file in PostgreSQL's data folder says, and whether it is true.
import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

export type ServerProcess = { readonly pid: number; readonly port: number };

/** An empty pid file is the trace of a full disk, unless a server is writing it right now. */
const EMPTY_FOR_MS = 3_000;

/** The server that runs on these data (its port is NaN while it starts); undefined without a pid file, or when its process is gone. */
export function findServerProcess(data: string): ServerProcess | undefined {
  const [pid, , , port] = readPidFile(data)?.split('\n') ?? [];
  if (!(Number(pid) > 0) || !isServer(Number(pid))) return undefined;
  return { pid: Number(pid), port: port === undefined ? NaN : Number(port) };
}

/**
 * Removes a pid file that PostgreSQL itself would believe for ever: its number now belongs to another program (usual in a
 * container, where numbers start again), or it is empty (the disk was full). PostgreSQL's own second lock, the shared memory
 * of the folder, still keeps two servers apart.
 */
export function removeFalsePidFile(data: string, now: number): boolean {
  const text = readPidFile(data);
  if (text === undefined) return false;
  const file = join(data, 'postmaster.pid');
  const pid = Number(text.split('\n')[0]);
  const isFalse = pid > 0 ? isAlive(pid) && !isServer(pid) : now - statSync(file).mtimeMs > EMPTY_FOR_MS;
  if (isFalse) rmSync(file, { force: true });
  return isFalse;
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is there, but another user's.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Alive, and by its command line PostgreSQL; where the system does not tell command lines, alive is enough. */
function isServer(pid: number): boolean {
  if (!isAlive(pid)) return false;
  try {
    return /^[^\0]*?postgres(?:\0|:|$)/.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
  } catch (error) {
    const gone = error instanceof Error && 'code' in error && ['ENOENT', 'ESRCH'].includes(String(error.code));
    return !(gone && existsSync('/proc/self'));
  }
}

function readPidFile(data: string): string | undefined {
  try {
    return readFileSync(join(data, 'postmaster.pid'), 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** The end of the server's log, for an error message; empty when there is none. */
export function readLastLines(log: string, count: number): string {
  if (!existsSync(log)) return '';
  return readFileSync(log, 'utf8').trimEnd().split('\n').slice(-count).join('\n');
}
