// What is tracked stands on its own: no path of one machine, no private registry, no secret.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { ROOT, readText } from './sources.ts';

const PUBLIC_REGISTRY = 'https://registry.npmjs.org/';
// Put together from parts, so that this file does not find itself.
const FOREIGN = new RegExp(
  [
    ['/wo', 'rk/'],
    ['\\bsha', 'red/'],
  ]
    .map((parts) => parts.join(''))
    .join('|'),
);
const REGISTRY = /https?:\/\/[^\s/'"`]*(?:registry|mirror|artifactory|nexus|verdaccio)[^\s/'"`]*\//gi;

const tracked = execFileSync('git', ['ls-files', '-z', '--cached'], { cwd: ROOT, encoding: 'utf8' })
  .split('\0')
  .filter((path) => path !== '');

function textOf(path: string): string {
  try {
    return readFileSync(join(ROOT, path), 'utf8');
  } catch (error) {
    // Tracked but deleted in the work tree: nothing to read.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  }
}

describe('the repository', () => {
  it('names no path of one machine in a tracked file', () => {
    expect(tracked).to.have.length.above(40);
    const found = tracked.flatMap((path) =>
      textOf(path)
        .split('\n')
        .flatMap((line, index) => (FOREIGN.test(line) ? [`${path}:${index + 1}`] : [])),
    );
    expect(found).to.deep.equal([]);
  });

  it('names no package registry but the public one', () => {
    const hosts = tracked.flatMap((path) => [...textOf(path).matchAll(REGISTRY)].map(([host]) => `${path}: ${host}`));
    expect(hosts.filter((found) => !found.endsWith(` ${PUBLIC_REGISTRY}`))).to.deep.equal([]);
  });

  it('resolves every package from the public registry, or leaves the place open', () => {
    const lock = readText('package-lock.json');
    const places = [...lock.matchAll(/"resolved": "([^"]+)"/g)].map(([, place = '']) => place);
    expect(places.filter((place) => !place.startsWith(PUBLIC_REGISTRY))).to.deep.equal([]);
  });

  it('pins no registry and tracks no environment file', () => {
    expect(tracked.filter((path) => /(^|\/)(\.env|\.npmrc|local-key)$/.test(path))).to.deep.equal([]);
  });

  it('starts the processes that the package builds', () => {
    const lines = readText('Procfile').trim().split('\n');
    expect(lines).to.deep.equal([
      'release: node dist/src/setup.js',
      'web: node dist/src/main.js',
      'projections: node dist/projections/main.js',
      'worker: node dist/workers/main.js',
    ]);
  });
});
