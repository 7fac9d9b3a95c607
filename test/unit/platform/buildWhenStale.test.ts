// When `npm start` compiles again.
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { isStale } from '../../../src/cli/buildWhenStale.ts';

const EARLIER = new Date(1_800_000_000_000);
const LATER = new Date(1_800_000_060_000);

describe('a build', () => {
  let root: string;
  const put = (path: string, at: Date): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), '');
    utimesSync(join(root, path), at, at);
  };
  const touchFolders = (at: Date): void => {
    for (const folder of ['src/api', 'src', 'projections', 'workers']) utimesSync(join(root, folder), at, at);
  };

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'omni-build-'));
    for (const path of ['src/api/app.ts', 'projections/main.ts', 'workers/main.ts', 'package-lock.json']) {
      put(path, EARLIER);
    }
    put('dist/.built', LATER);
    touchFolders(EARLIER);
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  it('is fresh when nothing is newer than it', () => {
    expect(isStale(root)).to.equal(false);
  });

  it('is stale when there has been none', () => {
    rmSync(join(root, 'dist/.built'));
    expect(isStale(root)).to.equal(true);
  });

  for (const path of [
    'src/api/app.ts',
    'src/dashboard/main.tsx',
    'workers/main.ts',
    'package-lock.json',
    'vite.config.ts',
  ]) {
    it(`is stale when ${path} is newer`, () => {
      put(path, new Date(LATER.getTime() + 1_000));
      touchFolders(EARLIER);
      expect(isStale(root)).to.equal(true);
    });
  }

  it('is stale when a source was removed since', () => {
    rmSync(join(root, 'src/api/app.ts'));
    utimesSync(join(root, 'src/api'), new Date(LATER.getTime() + 1_000), new Date(LATER.getTime() + 1_000));
    expect(isStale(root)).to.equal(true);
  });
});
