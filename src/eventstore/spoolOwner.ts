// Who owns a spool folder, and whether that process still lives: by host, process id and start time, so that a reused process id
// is not mistaken. A process of another host can only be judged by how long ago it last touched its folder.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

export type SpoolOwner = {
  /** Unique for the process, usable as a folder's name. */
  readonly name: string;
  /** @param silentMs time since that owner last touched its folder */
  isAlive(name: string, silentMs: number): boolean;
};

/** A live owner touches its folder every few seconds; a shared disk's clocks may differ by a little. */
const DEAD_AFTER_MS = 120_000;

export function describeSpoolOwner(pid: number = process.pid): SpoolOwner {
  const host = hostname().replaceAll(/[^A-Za-z0-9-]/g, '-');
  return {
    name: `${host}_${pid}_${startOf(pid) ?? 'unknown'}`,
    isAlive(name, silentMs) {
      const [ofHost, ofPid, start] = name.split('_');
      if (ofHost !== host) return silentMs < DEAD_AFTER_MS;
      return start !== undefined && startOf(Number(ofPid)) === start;
    },
  };
}

/** When the process started, in the system's own words; undefined when there is no such process. */
function startOf(pid: number): string | undefined {
  try {
    if (process.platform === 'linux') {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      // The second field, the program's name in brackets, may itself hold spaces and brackets.
      return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    }
    if (process.platform === 'win32') return process.kill(pid, 0) ? 'unknown' : undefined;
    const started = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' });
    return started.trim().replaceAll(/[^A-Za-z0-9]+/g, '-');
  } catch (error) {
    if (error instanceof Error) return undefined;
    throw error;
  }
}
