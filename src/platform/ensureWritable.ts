// A folder that must exist and take files: said at start, in words that name it, and not when the first write fails.
import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { StartError } from './startError.ts';

/** @throws StartError that names the folder, the setting behind it, and what to change */
export function ensureWritable(folder: string, setting: string): void {
  try {
    makeFolder(resolve(folder));
    const probe = join(folder, `.writable-${process.pid}`);
    writeFileSync(probe, '');
    rmSync(probe);
  } catch (error) {
    throw new StartError(
      `${setting}: found ${folder}, which cannot be written to (${codeOf(error)}); allowed: a folder that this user can write to`,
      { cause: error },
    );
  }
}

/** Not `recursive`: where the system answers "no such file" for a new folder (/proc), Node 20 then tries for ever. */
function makeFolder(folder: string): void {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return;
  if (dirname(folder) !== folder) makeFolder(dirname(folder));
  try {
    mkdirSync(folder);
  } catch (error) {
    // A second start beside us has just made it.
    if (codeOf(error) !== 'EEXIST' || !statSync(folder).isDirectory()) throw error;
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'error';
}
