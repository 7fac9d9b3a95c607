// A name for this process that another can later tell dead or alive: its pid and when it started, since pids come again.
import { readFileSync } from 'node:fs';
import type { Random } from './clock.ts';

export function createOwner(random: Random): string {
  return `${process.pid}-${startOf(process.pid) ?? 'x'}-${random.bytes(4).toString('hex')}`;
}

export function isOwnerAlive(owner: string): boolean {
  const [pid = '', started] = owner.split('-');
  if (!/^\d+$/.test(pid)) return false;
  if (started !== 'x') return startOf(Number(pid)) === started;
  try {
    process.kill(Number(pid), 0);
    return true;
  } catch (error) {
    // EPERM: it lives and belongs to somebody else.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Clock ticks after boot at which a process started (Linux); undefined where /proc does not tell. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in brackets may hold spaces; field 22 is counted from behind it.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch (error) {
    if (error instanceof Error && 'code' in error) return undefined;
    throw error;
  }
}
