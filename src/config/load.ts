// The only door to YAML. A file that cannot be used gives one ConfigError with every problem: file and line, path, found, allowed.
import { readFileSync } from 'node:fs';
import { type Document, LineCounter, isScalar, parseDocument } from 'yaml';
import type { z } from 'zod';
import { Policy } from '../domain/policy.ts';
import { allowedBy } from './allowed.ts';
import { ConfigError, type ConfigProblem } from './configError.ts';
import { ModelsFile } from './schema.ts';

export function loadModelsFile(path: string): ModelsFile {
  return load(path, ModelsFile, PRICE_PATHS);
}

export function loadPolicyFile(path: string): Policy {
  return load(path, Policy);
}

/** Where scalars are money: their source text is kept, so that no digit passes through a float. */
const PRICE_PATHS =
  /(^|\.)prices(\.|\.(tiers|windows|service_tiers)\.\d+\.)(input|output|cached_input|cache_write_5m|cache_write_1h|reasoning|utc_start|utc_end)$/;

function load<T extends z.ZodType>(path: string, schema: T, exactPaths?: RegExp): z.infer<T> {
  const lines = new LineCounter();
  const document = parseDocument(read(path), { lineCounter: lines });
  if (document.errors.length > 0) {
    throw new ConfigError(
      document.errors.map((error) => ({
        file: `${path}:${lines.linePos(error.pos[0]).line}`,
        path: '(syntax)',
        found: error.message.split('\n')[0] ?? error.code,
        allowed: 'YAML 1.2',
      })),
    );
  }
  const result = schema.safeParse(toPlain(document, exactPaths));
  if (result.success) return result.data;
  throw new ConfigError(result.error.issues.map((issue) => describe(issue, document, lines, path)));
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const found = error instanceof Error && 'code' in error ? String(error.code) : 'an unreadable file';
    throw new ConfigError([{ file: path, path: '', found, allowed: 'a readable YAML file' }], { cause: error });
  }
}

function toPlain(document: Document, exactPaths: RegExp | undefined): unknown {
  const copy = (value: unknown, path: string): unknown => {
    if (Array.isArray(value)) return value.map((item, index) => copy(item, join(path, index)));
    if (value !== null && typeof value === 'object') {
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, copy(item, join(path, key))]));
    }
    if (typeof value === 'number' && exactPaths?.test(path)) {
      const node = document.getIn(pathParts(path), true);
      return isScalar(node) && typeof node.source === 'string' ? node.source : String(value);
    }
    return value;
  };
  return copy(document.toJS(), '');
}

function join(path: string, key: string | number): string {
  return path === '' ? String(key) : `${path}.${key}`;
}

function pathParts(path: string): (string | number)[] {
  return path.split('.').map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}

function describe(issue: z.core.$ZodIssue, document: Document, lines: LineCounter, file: string): ConfigProblem {
  const unknown = issue.code === 'unrecognized_keys';
  const keys = (unknown ? [...issue.path, ...issue.keys.slice(0, 1)] : issue.path) as (string | number)[];
  const path = keys.reduce<string>(
    (text, key) => (typeof key === 'number' ? `${text}[${key}]` : text ? `${text}.${key}` : key),
    '',
  );
  const value = document.getIn(keys);
  return {
    file: `${file}:${lineOf(document, lines, keys)}`,
    path,
    found: unknown ? 'a key that does not exist' : value === undefined ? 'nothing' : JSON.stringify(value),
    allowed: allowedBy(issue),
  };
}

/** The line of the node at that path, or of the nearest node around it. */
function lineOf(document: Document, lines: LineCounter, path: readonly (string | number)[]): number {
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true);
    if (node !== null && typeof node === 'object' && 'range' in node && Array.isArray(node.range)) {
      return lines.linePos(Number(node.range[0])).line;
    }
  }
  return 1;
}
