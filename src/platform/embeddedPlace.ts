// Where the embedded PostgreSQL lives and who runs it. As root that is another user, and what that user cannot reach
// (a home of mode 0700) is put under the system's state folder instead.
import { createHash } from 'node:crypto';
import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, renameSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type PostgresBinaries, findPostgresBinaries } from './postgresBinaries.ts';
import { type SystemUser, canReach, findServerUser } from './systemUser.ts';

export type ServerPlace = {
  /** Folder of the programs: bin, lib, share. */
  readonly binaries: string;
  readonly majorVersion: string;
  /** Folder of everything that is kept: data, password, port, log. */
  readonly base: string;
  readonly data: string;
  readonly log: string;
  readonly user: SystemUser | undefined;
  readonly notes: readonly string[];
  /** Lets the server's user read what this process has written. */
  giveToServer(path: string): void;
};

const STATE_FOLDER = '/var/lib/omni-model-router';

export function choosePlace(dataDir: string): ServerPlace {
  const found = findPostgresBinaries();
  const user = findServerUser();
  const notes: string[] = [];
  const giveToServer = (path: string) => {
    if (user) chownSync(path, user.uid, user.gid);
  };
  const base = chooseBase(resolve(dataDir), user, notes);
  giveToServer(base);
  chmodSync(base, 0o700);
  return {
    binaries: user ? reachableBinaries(found, user, notes) : found.root,
    majorVersion: found.majorVersion,
    base,
    data: join(base, 'data'),
    log: join(base, 'postgres.log'),
    user,
    notes,
    giveToServer,
  };
}

function chooseBase(dataDir: string, user: SystemUser | undefined, notes: string[]): string {
  mkdirSync(dataDir, { recursive: true });
  if (!user || canReach(user, dataDir)) {
    const base = join(dataDir, 'postgres');
    mkdirSync(base, { recursive: true });
    return base;
  }
  const base = join(STATE_FOLDER, createHash('sha256').update(dataDir).digest('hex').slice(0, 16));
  mkdirSync(base, { recursive: true });
  notes.push(`The database runs as user ${user.name}, who cannot enter ${dataDir}: its data are in ${base}.`);
  return base;
}

function reachableBinaries({ root, majorVersion }: PostgresBinaries, user: SystemUser, notes: string[]): string {
  if (canReach(user, root)) return root;
  const copy = join(STATE_FOLDER, `postgresql-${majorVersion}`);
  if (!existsSync(copy)) {
    mkdirSync(STATE_FOLDER, { recursive: true });
    const partial = `${copy}.${process.pid}`;
    cpSync(root, partial, { recursive: true, verbatimSymlinks: true });
    renameSync(partial, copy);
  }
  notes.push(`User ${user.name} cannot enter ${root}: PostgreSQL's programs were copied to ${copy}.`);
  return copy;
}
