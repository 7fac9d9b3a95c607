// PostgreSQL refuses to run as root: who runs it then, and which paths that user can reach.
import { readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

export type SystemUser = { readonly name: string; readonly uid: number; readonly gid: number };

/** The user to run PostgreSQL as, or undefined when this process is no root and runs it as itself. */
export function findServerUser(passwdFile = '/etc/passwd'): SystemUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const users = readFileSync(passwdFile, 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .map(([name = '', , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }));
  const user = users.find(({ name }) => name === 'postgres') ?? users.find(({ name }) => name === 'nobody');
  if (!user)
    throw new Error(
      'PostgreSQL does not run as root, and there is neither a user postgres nor nobody: set DATABASE_URL',
    );
  return user;
}

/** True when the user may enter every folder on the way to `path`, `path` included. */
export function canReach(user: SystemUser, path: string): boolean {
  for (let folder = path; ; folder = dirname(folder)) {
    const { mode, uid, gid } = statSync(folder);
    const bits = uid === user.uid ? mode >> 6 : gid === user.gid ? mode >> 3 : mode;
    if ((bits & 1) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}
