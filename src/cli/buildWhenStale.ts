// Compiles dist/, the web page with it, when a source is newer than the last build: `npm start` always runs what is in the folder, and fast.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../..');
const SOURCE_FOLDERS = ['src', 'projections', 'workers'];
const OTHER_INPUTS = ['tsconfig.json', 'tsconfig.build.json', 'vite.config.ts', 'package-lock.json'];
/** Written after a whole build only, with the time at which that build began. */
const STAMP = join('dist', '.built');

function modifiedMs(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs;
}

/** The newest input; a folder's own time tells of files that were removed. */
function newestInput(root: string): number {
  const folders = SOURCE_FOLDERS.flatMap((folder) => [
    folder,
    ...readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
  ]);
  return Math.max(...[...folders, ...OTHER_INPUTS].map((path) => modifiedMs(join(root, path)) ?? 0));
}

export function isStale(root: string): boolean {
  const built = modifiedMs(join(root, STAMP));
  return built === undefined || newestInput(root) > built;
}

/** @returns false when the compiler found errors; it has printed them then */
export function build(root: string): boolean {
  const stamp = join(root, STAMP);
  rmSync(stamp, { force: true });
  mkdirSync(dirname(stamp), { recursive: true });
  const begun = `${stamp}.begun`;
  writeFileSync(begun, '');
  if (!runTool(root, 'typescript', 'bin/tsc', ['-p', 'tsconfig.build.json']) || !buildPage(root)) return false;
  // A source that was saved while the compiler ran is newer than this.
  renameSync(begun, stamp);
  return true;
}

/** The web page alone, without a look at its types. @returns false when it has errors; they are printed then */
export function buildPage(root: string): boolean {
  return runTool(root, 'vite', 'bin/vite.js', ['build', '--logLevel', 'warn']);
}

function runTool(root: string, name: string, script: string, options: readonly string[]): boolean {
  const folder = dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
  const { status, error } = spawnSync(process.execPath, [join(folder, script), ...options], {
    cwd: root,
    stdio: 'inherit',
  });
  if (error) throw new Error(`${name} could not be run`, { cause: error });
  return status === 0;
}

if (process.argv[1] === import.meta.filename) {
  if (isStale(ROOT)) {
    console.log('building dist/ …');
    if (!build(ROOT)) process.exitCode = 1;
  }
}
