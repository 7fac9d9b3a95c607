// PostgreSQL refuses to run as root: who runs it then, and which paths that user can reach.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { StartError } from './startError.ts';

export type SystemUser = { readonly name: string; readonly uid: number; readonly gid: number };

export function readUsers(passwdFile = '/etc/passwd'): SystemUser[] {
  if (!existsSync(passwdFile)) return [];
  return readFileSync(passwdFile, 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .map(([name = '', , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }));
}

/** The user that a root process runs PostgreSQL as. */
export function chooseServerUser(users: readonly SystemUser[]): SystemUser {
  const user = users.find(({ name }) => name === 'postgres') ?? users.find(({ name }) => name === 'nobody');
  if (user) return user;
  throw new StartError(
    'PostgreSQL does not run as root, and there is neither a user postgres nor nobody: set DATABASE_URL',
  );
}

/** True when the user may enter every folder on the way to `path` (a real path), and enter or run `path` itself. */
export function canReach(user: SystemUser, path: string): boolean {
  for (let folder = path; ; folder = dirname(folder)) {
    const { mode, uid, gid } = statSync(folder);
    const bits = uid === user.uid ? mode >> 6 : gid === user.gid ? mode >> 3 : mode;
    if ((bits & 1) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}
