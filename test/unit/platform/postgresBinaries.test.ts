// The library links of PostgreSQL's package, which an install without scripts leaves out.
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { findPostgresBinaries, linkLibraries } from '../../../src/platform/postgresBinaries.ts';

describe('linkLibraries', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'omni-links-'));
    mkdirSync(join(root, 'lib'));
    writeFileSync(join(root, 'lib', 'libpq.so.5.18'), 'library');
    writeFileSync(
      join(root, 'pg-symlinks.json'),
      JSON.stringify([
        { source: 'native/lib/libpq.so.5.18', target: 'native/lib/libpq.so' },
        { source: 'native/lib/libpq.so.5.18', target: 'native/lib/libpq.so.5' },
      ]),
    );
  });
  afterEach(() => {
    chmodSync(join(root, 'lib'), 0o755);
    rmSync(root, { recursive: true });
  });

  it('makes the missing links, relative so that the folder can move, and leaves those that are there', () => {
    expect(linkLibraries(root)).to.equal(true);
    rmSync(join(root, 'lib', 'libpq.so'));
    expect(linkLibraries(root)).to.equal(true);
    expect(readlinkSync(join(root, 'lib', 'libpq.so'))).to.equal('libpq.so.5.18');
    expect(readFileSync(join(root, 'lib', 'libpq.so.5'), 'utf8')).to.equal('library');
  });

  it('has nothing to do where the package lists no links', () => {
    rmSync(join(root, 'pg-symlinks.json'));
    expect(linkLibraries(root)).to.equal(true);
  });

  it('says no when links are missing and cannot be made', function () {
    if (process.getuid?.() === 0) return this.skip();
    chmodSync(join(root, 'lib'), 0o555);
    expect(linkLibraries(root)).to.equal(false);
  });
});

describe('findPostgresBinaries', () => {
  it('finds the package of this platform and its version', () => {
    expect(findPostgresBinaries()).to.include({ majorVersion: '18' });
  });
});
