// The folders of the spool: one a process, taken over whole by a rename, so that the order inside it holds and of two that try
// one wins. A folder that was taken over lies inside its new owner's, and moves on with it should that one die too.
import { mkdir, open, readdir, rename, rmdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { SpoolOwner } from './spoolOwner.ts';

/** Moves the folders of dead owners into `mine`. */
export async function claimFolders(options: {
  readonly directory: string;
  readonly mine: string;
  readonly owner: SpoolOwner;
  readonly now: number;
}): Promise<void> {
  const { directory, mine, owner, now } = options;
  let claimed = 0;
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (!entry.isDirectory() || path === mine) continue;
    try {
      const silentMs = now - (await stat(path)).mtimeMs;
      if (owner.isAlive(entry.name, silentMs)) continue;
      await mkdir(mine, { recursive: true, mode: 0o700 });
      await rename(path, join(mine, await freeName(mine, entry.name)));
      claimed += 1;
    } catch (error) {
      // A sibling was faster.
      if (!isMissing(error)) throw error;
    }
  }
  if (claimed > 0) {
    await syncFolder(mine);
    await syncFolder(directory);
  }
}

/** All such files below a folder in the order in which they were written: its own first, then those of folders taken over. */
export async function listFiles(folder: string, ending: '.spool' | '.damaged'): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  const files = entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map(({ name }) => join(folder, name));
  for (const entry of entries)
    if (entry.isDirectory()) files.push(...(await listFiles(join(folder, entry.name), ending)));
  return files;
}

/** A new or renamed file is only there after a power cut if its folder was synced too. */
export async function syncFolder(folder: string): Promise<void> {
  // Windows can neither open nor sync a folder.
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function freeName(folder: string, name: string): Promise<string> {
  const taken = new Set(await readdir(folder));
  let free = name;
  for (let number = 2; taken.has(free); number++) free = `${name}.${number}`;
  return free;
}

export async function removeIfEmpty(folder: string): Promise<void> {
  try {
    await rmdir(folder);
  } catch (error) {
    const expected =
      error instanceof Error && 'code' in error && /^(ENOTEMPTY|EEXIST|ENOENT)$/.test(String(error.code));
    if (!expected) throw error;
  }
}

export function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
