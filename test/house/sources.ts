// The source tree as text, for the checks of this folder: files, their imports, and their code without comments.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export type Source = {
  /** Path from the repository's root, with slashes. */
  readonly path: string;
  readonly text: string;
  /** The text without comments. */
  readonly code: string;
  /** What it imports: files of this repository as paths from its root, everything else as written. */
  readonly imports: readonly string[];
};

export function readText(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** All TypeScript files below these folders. */
export function readSources(...folders: readonly string[]): Source[] {
  return folders.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length).split(sep).join('/'))
      .filter((path) => !path.includes('node_modules/'))
      .sort()
      .map((path) => toSource(path, readText(path))),
  );
}

export function toSource(path: string, text: string): Source {
  const code = withoutComments(text);
  return { path, text, code, imports: importsOf(path, code) };
}

/** `src/<room>`, or `src`, `workers`, `projections` for what lies directly or anywhere in those. */
export function roomOf(path: string): string {
  const [top = '', room = '', ...rest] = path.split('/');
  return top === 'src' && rest.length > 0 ? `src/${room}` : top;
}

/** The package of an import that is not a file: `openai/resources` → `openai`, `@a/b/c` → `@a/b`; else undefined. */
export function packageOf(imported: string): string | undefined {
  if (/^(src|workers|projections|test)\//.test(imported) || imported.startsWith('node:')) return undefined;
  return imported
    .split('/')
    .slice(0, imported.startsWith('@') ? 2 : 1)
    .join('/');
}

/** Cycles among the files, each as the paths along it; empty when there are none. */
export function findCycles(sources: readonly Source[]): string[] {
  const byPath = new Map(sources.map((source) => [source.path, source]));
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    const at = trail.indexOf(path);
    if (at >= 0) {
      cycles.push([...trail.slice(at), path].join(' → '));
      return;
    }
    if (done.has(path)) return;
    for (const next of byPath.get(path)?.imports ?? []) if (byPath.has(next)) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const { path } of sources) visit(path, []);
  return cycles;
}

// A string is matched first, so that `https://…` in it is not taken for a comment.
const STRING_OR_COMMENT =
  /('(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`)|\/\*[\s\S]*?\*\/|(?<=^|[\s;,({[])\/\/[^\n]*/gm;

function withoutComments(text: string): string {
  return text.replace(STRING_OR_COMMENT, (_match, string: string | undefined) => string ?? '');
}

const IMPORT = /\b(?:import|export)\b[^;'"`]*?\bfrom\s*['"]([^'"]+)['"]|\bimport\s*\(?\s*['"]([^'"]+)['"]/g;

function importsOf(path: string, code: string): string[] {
  return importStatements(path, code).map(({ imported }) => imported);
}

/** `isType`: the whole statement vanishes when it is compiled. */
export function importStatements(path: string, code: string): { imported: string; isType: boolean }[] {
  return [...code.matchAll(IMPORT)].map(([statement, from, bare]) => {
    const name = from ?? bare ?? '';
    const imported = name.startsWith('.') ? posix.join(dirname(path), name) : name;
    return { imported, isType: /^(import|export)\s+type\b/.test(statement) };
  });
}
