// Code and documents say the same: errors, events, environment variables and the keys of the policy file.
import { expect } from 'chai';
import { parse } from 'yaml';
import { PAGE_ADDRESSES } from '../../src/api/page.ts';
import { VARIABLES, type VariableName } from '../../src/config/env.ts';
import { ERROR_CATALOGUE } from '../../src/domain/errors.ts';
import { EVENT_TYPES, EVENT_VERSIONS, schemaOf } from '../../src/domain/events.ts';
import { readSources, readText } from './sources.ts';

const rowsOf = (text: string, row: RegExp): string[][] => [...text.matchAll(row)].map(([, ...cells]) => cells);

/** Keys of a YAML tree at every depth. */
function keysOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(keysOf);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [key, ...keysOf(inner)]);
}

/** Every word that stands in backticks in a document. */
function codeWordsOf(text: string): Set<string> {
  return new Set([...text.matchAll(/`([^`\n]+)`/g)].flatMap(([, span = '']) => span.split(/[^A-Za-z0-9_]+/)));
}

describe('the catalogues and their documents', () => {
  it('has every error code in docs/errors.md with its status and type, and no other', () => {
    const documented = rowsOf(readText('docs/errors.md'), /^\| `([a-z_]+)`\s*\| (\d{3})\s*\| `([a-z_]+)`\s*\|/gm);
    const inCode = Object.entries(ERROR_CATALOGUE).map(([code, { status, type }]) => [code, String(status), type]);
    expect(documented).to.have.deep.members(inCode);
  });

  it('has every event type in docs/events.md with its version, and no other', () => {
    const documented = rowsOf(readText('docs/events.md'), /^### `(\w+)`, version (\d+)$/gm);
    const inCode = EVENT_TYPES.map((type) => [type, String(EVENT_VERSIONS[type])]);
    expect(documented).to.have.deep.members(inCode);
  });

  for (const type of EVENT_TYPES) {
    it(`has every field of ${type} in docs/events.md, and no other`, () => {
      const section =
        readText('docs/events.md')
          .split(/^###? /m)
          .find((part) => part.startsWith(`\`${type}\``)) ?? '';
      const documented = rowsOf(section, /^\| `(\w+)`\s*\|/gm).flat();
      expect(documented).to.have.members(Object.keys(schemaOf(type).shape));
    });
  }

  it('serves the web page at every address that it has, and at no other', () => {
    const paths = rowsOf(readText('src/dashboard/router.tsx'), /path: '\/([a-z-]*)/g).flat();
    expect(new Set(paths.filter(Boolean))).to.deep.equal(new Set(PAGE_ADDRESSES));
  });

  it('has every environment variable in .env.example with its sentence, and no other', () => {
    const text = readText('.env.example');
    const names = rowsOf(text, /^(?:# ?)?([A-Z][A-Z0-9_]+)=/gm).flat();
    expect(names).to.have.members(Object.keys(VARIABLES));
    const unsaid = names.filter((name) => !text.includes(VARIABLES[name as VariableName].sentence));
    expect(unsaid).to.deep.equal([]);
  });

  it('has every environment variable in docs/configuration.md, and no other', () => {
    const names = rowsOf(readText('docs/configuration.md'), /^\| `([A-Z][A-Z0-9_]+)`\s*\|/gm).flat();
    expect(names).to.have.members(Object.keys(VARIABLES));
  });

  it('has every key of config/routing.yaml in docs/configuration.md', () => {
    const words = codeWordsOf(readText('docs/configuration.md'));
    const keys = keysOf(parse(readText('config/routing.yaml')));
    expect(keys).to.have.length.above(40);
    expect([...new Set(keys)].filter((key) => !words.has(key))).to.deep.equal([]);
  });

  it('has every rule by which a reading is judged, and every kind of alert, in docs/catalog.md, and no other', () => {
    const code = readSources('workers')
      .map((source) => source.code)
      .join('\n');
    const spoken = rowsOf(
      code,
      /\b(?:accept|ignore|ignored)\('(\w+)'|\bnote\('\w+', '(\w+)'|\brule: '(\w+)'|, '(\w+_\w+)'\);/g,
    ).flat();
    const text = readText('docs/catalog.md');
    const [, rules = '', alerts = ''] = /## Rules\n([\s\S]*?)\n## [\s\S]*## Alerts\n([\s\S]*?)\n## /.exec(text) ?? [];
    const firstCells = (part: string) =>
      rowsOf(part, /^\| (`[^|]*)\|/gm).flatMap(([cell = '']) =>
        [...cell.matchAll(/`(\w+)`/g)].map(([, word = '']) => word),
      );
    const documented = firstCells(rules);
    expect(documented).to.have.length.above(30);
    expect(documented.filter((rule) => !code.includes(`'${rule}'`))).to.deep.equal([]);
    const known = new Set([...documented, 'same']);
    expect([...new Set(spoken)].filter((rule) => rule && !known.has(rule))).to.deep.equal([]);
    expect(firstCells(alerts).filter((kind) => !code.includes(`'${kind}'`))).to.deep.equal([]);
  });
});
