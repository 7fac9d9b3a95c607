// A folder that must exist and take files: said at start, in words that name it, and not when the first write fails.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { StartError } from './startError.ts';

/** Makes sure that a folder exists and can be written to. @throws StartError that says what to change */
export function ensureWritable(folder: string, name: string): void {
  try {
    mkdirSync(folder, { recursive: true });
    const probe = join(folder, `.writable-${process.pid}`);
    writeFileSync(probe, '');
    rmSync(probe);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'error';
    throw new StartError(
      `${name}: found ${folder}, which cannot be written to (${code}); allowed: a folder that this user can write to`,
      { cause: error },
    );
  }
}
