// The form of the source tree: no cycles, no barrels, no drawers, no giants, named exports.
import { expect } from 'chai';
import { findCycles, readSources } from './sources.ts';

const MOST_LINES = 300;
const DRAWER = /^(utils?|helpers?|types?|commons?|misc|shared|lib)$/i;

const production = readSources('src', 'workers', 'projections');
const sources = [...production, ...readSources('test')];
const paths = sources.map(({ path }) => path);

describe('the form of the house', () => {
  it('has no import cycles, types included', () => {
    expect(findCycles(sources)).to.deep.equal([]);
  });

  it('has no barrels', () => {
    expect(paths.filter((path) => /(^|\/)index\.tsx?$/.test(path))).to.deep.equal([]);
    expect(sources.filter(({ code }) => /^export \*/m.test(code)).map(({ path }) => path)).to.deep.equal([]);
  });

  it('has no drawers, neither as a file nor as a folder', () => {
    const drawers = paths.filter((path) => path.split('/').some((part) => DRAWER.test(part.replace(/\..*$/, ''))));
    expect(drawers).to.deep.equal([]);
  });

  it(`has no file over ${MOST_LINES} lines`, () => {
    const long = sources
      .map(({ path, text }) => ({ path, lines: text.replace(/\n$/, '').split('\n').length }))
      .filter(({ lines }) => lines > MOST_LINES);
    expect(long).to.deep.equal([]);
  });

  it('names its files in camelCase', () => {
    const odd = paths.filter((path) => !/\/[A-Za-z][A-Za-z0-9]*(\.(test|config|d))?\.tsx?$/.test(`/${path}`));
    expect(odd).to.deep.equal([]);
  });

  it('opens every file with a line that says what it is for', () => {
    const silent = production.filter(({ text }) => !/^(#!.*\n)?(\/\/ \S|\/\*)/.test(text)).map(({ path }) => path);
    expect(silent).to.deep.equal([]);
  });

  it('exports by name, and imports files with their extension', () => {
    const byDefault = production.filter(({ code }) => /^export default\b/m.test(code)).map(({ path }) => path);
    expect(byDefault).to.deep.equal([]);
    const bare = sources.flatMap(({ path, imports }) =>
      imports
        .filter((name) => /^(src|workers|projections|test)\//.test(name) && !/\.(tsx?|json|css)$/.test(name))
        .map((name) => `${path}: ${name}`),
    );
    expect(bare).to.deep.equal([]);
  });

  it('leaves no note for later', () => {
    const note = new RegExp(`\\b${['TO', 'DO'].join('')}\\b|\\b${['FIX', 'ME'].join('')}\\b`);
    expect(sources.filter(({ text }) => note.test(text)).map(({ path }) => path)).to.deep.equal([]);
  });
});
