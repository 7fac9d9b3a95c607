// Runs one of PostgreSQL's programs to its end as the server's user; what it prints is in the error when it fails.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { ServerPlace } from './embeddedPlace.ts';

/**
 * Runs in `place.base`, and arguments name paths from there: pg_ctl puts them into a shell line of its own, which a `$` or a
 * quote in a folder's name would bend.
 */
export function runProgram(
  place: ServerPlace,
  program: 'initdb' | 'pg_ctl',
  args: readonly string[],
  signal?: AbortSignal,
): Promise<void> {
  const { user } = place;
  return new Promise((resolve, reject) => {
    const child = spawn(join(place.binaries, 'bin', program), args, {
      cwd: place.base,
      // A session of its own: a terminal's Ctrl-C must not reach the server that pg_ctl leaves behind.
      detached: true,
      // stdout is not a pipe: the server would inherit it and keep it open.
      stdio: ['ignore', 'ignore', 'pipe'],
      // Nothing of ours: PGPORT, PGDATA or PGOPTIONS would change what the programs do. Windows needs its own.
      ...(process.platform === 'win32' ? {} : { env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' } }),
      ...(user ? { uid: user.uid, gid: user.gid } : {}),
      ...(signal ? { signal } : {}),
    });
    let printed = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      printed = `${printed}${text}`.slice(-2_000);
    });
    child.once('error', reject);
    child.once('exit', (code) => {
      // What was printed before the end is read first; the pipe itself may be held open by a server.
      setImmediate(() => {
        child.stderr.destroy();
        if (code === 0) resolve();
        else reject(new Error(`${program} ended with code ${code}: ${printed.trim() || `see ${place.log}`}`));
      });
    });
  });
}
