// What is allowed, in words for who wrote the file: never in zod's.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { after, before } from 'mocha';
import { parse } from 'yaml';
import { z } from 'zod';
import { allowedBy } from '../../../src/config/allowed.ts';
import { ConfigError } from '../../../src/config/configError.ts';
import { loadModelsFile, loadPolicyFile } from '../../../src/config/load.ts';

const wordsOf = (schema: z.ZodType, value: unknown): string[] =>
  schema.safeParse(value).error?.issues.map(allowedBy) ?? [];

describe('what is allowed', () => {
  const cases: [string, z.ZodType, unknown][] = [
    ['a number', z.number(), 'many'],
    ['a whole number', z.int(), 1.5],
    ['text', z.string(), 7],
    ['true or false', z.boolean(), 'yes'],
    ['a list', z.array(z.string()), {}],
    ['keys with values', z.strictObject({}), []],
    ['a number, 0 or more', z.number().min(0), -1],
    ['a number above 0', z.number().positive(), 0],
    ['a number, at most 1', z.number().max(1), 2],
    ['a number below 1', z.number().lt(1), 1],
    ['text that is not empty', z.string().min(1), ''],
    ['a list that is not empty', z.array(z.string()).min(1), []],
    ['at least 3 characters', z.string().min(3), ''],
    ['at most 2 entries', z.array(z.int()).max(2), [1, 2, 3]],
    ['a | b', z.enum(['a', 'b']), 'c'],
    ['a day like 2026-01-31', z.iso.date(), 'soon'],
    ['text of the form /^a$/', z.string().regex(/^a$/), 'b'],
    ['text, or a number', z.union([z.string(), z.number()]), true],
    ['a multiple of 5', z.number().multipleOf(5), 3],
    ['whatever the schema says', z.string('whatever the schema says'), 1],
  ];
  for (const [words, schema, value] of cases) {
    it(`is said as ${words}`, () => {
      expect(wordsOf(schema, value)).to.deep.equal([words]);
    });
  }
});

type Path = readonly (string | number)[];

/** The path of every value in it, those of lists at their first entry alone. */
function pathsIn(value: unknown, path: Path = []): Path[] {
  if (value === null || typeof value !== 'object') return [path];
  const inner: [string | number, unknown][] = Array.isArray(value)
    ? value.slice(0, 1).map((item, place) => [place, item])
    : Object.entries(value);
  return [path, ...inner.flatMap(([key, item]) => pathsIn(item, [...path, key]))];
}

function replaced(value: unknown, [key, ...rest]: Path, by: unknown): unknown {
  if (key === undefined) return by;
  const copy = Array.isArray(value) ? [...(value as unknown[])] : { ...(value as object) };
  Reflect.set(copy, key, replaced(Reflect.get(copy, key), rest, by));
  return copy;
}

describe('a shipped file with any one value of another kind', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'omni-allowed-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  for (const [name, load] of [
    ['models.yaml', loadModelsFile],
    ['routing.yaml', loadPolicyFile],
  ] as const) {
    it(`tells in words what ${name} may hold there`, function () {
      this.timeout(20_000);
      const whole: unknown = parse(readFileSync(join('config', name), 'utf8'));
      const shipped = name === 'models.yaml' ? shortened(whole as { models: unknown[] }) : whole;
      const file = join(folder, name);
      let refusals = 0;
      for (const [place, path] of pathsIn(shipped).slice(1).entries()) {
        // Neighbours are of one kind mostly: each gets one of these, in turn. JSON is YAML, too.
        writeFileSync(file, JSON.stringify(replaced(shipped, path, ['!', -7.5, [[]]][place % 3])));
        try {
          load(file);
        } catch (error) {
          if (!(error instanceof ConfigError)) throw error;
          refusals += 1;
          for (const { allowed } of error.problems)
            expect(allowed, path.join('.')).to.not.match(/invalid|expected|received|too (small|big)|unrecognized/i);
        }
      }
      expect(refusals).to.be.greaterThan(50);
    });
  }
});

/** One model is enough, and keeps it quick. */
function shortened(file: { readonly models: readonly unknown[] }): unknown {
  return { ...file, models: file.models.slice(0, 1) };
}
