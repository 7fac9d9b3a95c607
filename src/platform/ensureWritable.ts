// Whether a folder can hold what must not be lost.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { StartError } from './startError.ts';

/** Makes sure that a folder exists and can be written to. @throws Error in words that say what to change */
export function ensureWritable(folder: string, name: string): void {
  try {
    mkdirSync(folder, { recursive: true });
    const probe = join(folder, '.writable');
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
