// Where the embedded PostgreSQL lives and who runs it. As root that is another user, and what that user cannot reach
// (a home of mode 0700) is put under the system's state folder instead. Data that are there stay where they are.
import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { type PostgresBinaries, findPostgresBinaries, linkLibraries } from './postgresBinaries.ts';
import { StartError } from './startError.ts';
import { type SystemUser, canReach, chooseServerUser, readUsers } from './systemUser.ts';
import { ensureWritable } from './ensureWritable.ts';

export type ServerPlace = {
  /** Folder of the programs: bin, lib, share. */
  readonly binaries: string;
  readonly majorVersion: string;
  /** Folder of everything that is kept: data, port, log. */
  readonly base: string;
  readonly data: string;
  readonly log: string;
  /** Whom the server runs as; undefined = as this process. */
  readonly user: SystemUser | undefined;
  readonly notes: readonly string[];
  /** Lets the server's user read what this process has written. */
  giveToServer(path: string): void;
};

export const STATE_FOLDER = '/var/lib/omni-model-router';

type Chosen = { readonly base: string; readonly user: SystemUser | undefined };

/** @throws StartError when the folder, or the data in it, cannot be used by this process */
export function choosePlace(dataDir: string): ServerPlace {
  ensureWritable(dataDir, 'OMNI_DATA_DIR');
  const folder = realpathSync(resolve(dataDir));
  const notes: string[] = [];
  const { base, user } = process.getuid?.() === 0 ? chooseAsRoot(folder, notes) : chooseAsUser(folder);
  const giveToServer = (path: string): void => {
    if (user) chownSync(path, user.uid, user.gid);
  };
  if (base.startsWith(STATE_FOLDER)) makeStateFolder();
  mkdirSync(base, { recursive: true });
  giveToServer(base);
  chmodSync(base, 0o700);
  const found = findPostgresBinaries();
  return {
    binaries: usableBinaries(found, { base, user }, notes),
    majorVersion: found.majorVersion,
    base,
    data: join(base, 'data'),
    log: join(base, 'postgres.log'),
    user,
    notes,
    giveToServer,
  };
}

/** Open to pass through, whatever the umask. */
function makeStateFolder(): void {
  mkdirSync(STATE_FOLDER, { recursive: true });
  chmodSync(STATE_FOLDER, 0o755);
}

const hasData = (base: string): boolean => existsSync(join(base, 'data', 'PG_VERSION'));

function chooseAsUser(folder: string): Chosen {
  const base = join(folder, 'postgres');
  const owner = statSync(base, { throwIfNoEntry: false })?.uid;
  // Windows has no owners of this kind.
  if (owner === undefined || !process.getuid || owner === process.getuid()) return { base, user: undefined };
  throw new StartError(
    `the database in ${base} belongs to another user (uid ${owner}): start as that user or as root, ` +
      `or set OMNI_DATA_DIR to another folder`,
  );
}

function chooseAsRoot(folder: string, notes: string[]): Chosen {
  const inside = join(folder, 'postgres');
  const away = join(STATE_FOLDER, createHash('sha256').update(folder).digest('hex').slice(0, 16));
  const users = readUsers();
  const chosen = chooseServerUser(users);
  if (hasData(inside)) {
    const user = ownerOf(join(inside, 'data'), users) ?? chosen;
    if (canReach(user, folder)) return { base: inside, user };
    throw new StartError(
      `the database in ${inside} is run by user ${user.name}, who cannot enter ${folder}: ` +
        `let that user pass through it (chmod o+x), or set OMNI_DATA_DIR to another folder`,
    );
  }
  if (!hasData(away) && canReach(chosen, folder)) return { base: inside, user: chosen };
  const user = hasData(away) ? (ownerOf(join(away, 'data'), users) ?? chosen) : chosen;
  notes.push(`The database runs as user ${user.name}, who cannot enter ${folder}: its data are in ${away}.`);
  return { base: away, user };
}

/** Who made the data has to run them: the server refuses a folder of somebody else. */
function ownerOf(path: string, users: readonly SystemUser[]): SystemUser | undefined {
  const { uid, gid } = statSync(path);
  return uid === 0 ? undefined : { name: users.find((user) => user.uid === uid)?.name ?? `with uid ${uid}`, uid, gid };
}

function usableBinaries(found: PostgresBinaries, { base, user }: Chosen, notes: string[]): string {
  const root = realpathSync(found.root);
  const reachable = user === undefined || canReach(user, join(root, 'bin', 'postgres'));
  if (reachable && linkLibraries(root)) return root;
  if (user) makeStateFolder();
  const copy = join(user ? STATE_FOLDER : base, `postgresql-${found.version}`);
  if (!existsSync(copy)) copyBinaries(root, copy);
  if (!reachable) notes.push(`User ${user.name} cannot enter ${root}: PostgreSQL's programs were copied to ${copy}.`);
  return copy;
}

function copyBinaries(root: string, copy: string): void {
  const partial = `${copy}.${process.pid}`;
  cpSync(root, partial, { recursive: true, verbatimSymlinks: true });
  linkLibraries(partial);
  openToAll(partial);
  try {
    renameSync(partial, copy);
  } catch (error) {
    rmSync(partial, { recursive: true, force: true });
    // A second start beside us has just put the same there.
    if (!existsSync(copy)) throw error;
  }
}

/** What an install under a strict umask keeps from others. */
function openToAll(folder: string): void {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) openToAll(path);
    else if (entry.isFile()) chmodSync(path, (statSync(path).mode & 0o111) === 0 ? 0o644 : 0o755);
  }
}
