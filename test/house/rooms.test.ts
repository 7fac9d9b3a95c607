// Who may know whom: the rooms of the source tree, the packages with one door, and where time and chance come from.
import { expect } from 'chai';
import { findCycles, importStatements, packageOf, readSources, roomOf, toSource } from './sources.ts';

const sources = readSources('src', 'workers', 'projections');
const among = (room: string) => sources.filter(({ path }) => roomOf(path) === room);
const edges = sources.flatMap(({ path, imports }) => imports.map((imported) => ({ path, imported })));
const say = (found: readonly { path: string; imported: string }[]) =>
  found.map(({ path, imported }) => `${path} imports ${imported}`);

const SIBLINGS = ['src/providers', 'src/eventstore', 'src/queue', 'src/readmodels', 'src/accounts'];

/** What runs in a browser only. */
const BROWSER_PACKAGES = [
  'react',
  'react-dom',
  '@mantine/core',
  '@mantine/hooks',
  '@tanstack/react-query',
  '@tanstack/react-router',
  '@tanstack/react-table',
];

/** The files that may import a package. */
const DOORS: readonly { readonly packages: readonly string[]; readonly door: RegExp }[] = [
  { packages: ['express'], door: /^src\/api\// },
  { packages: ['pg'], door: /^src\/platform\/postgres\.ts$/ },
  { packages: ['node-pg-migrate'], door: /^src\/platform\/migrations\.ts$/ },
  { packages: ['@eventstore/db-client'], door: /^src\/eventstore\/eventstoredb\.ts$/ },
  { packages: ['bullmq', 'ioredis'], door: /^src\/queue\/|\/\w*(rateLimit|limiter)\w*\.ts$/i },
  { packages: ['openai'], door: /^src\/providers\// },
  { packages: ['yaml'], door: /^src\/config\/load\.ts$/ },
  { packages: ['dotenv'], door: /^src\/config\/env\.ts$/ },
  { packages: ['node-cron'], door: /^workers\/scheduler\.ts$/ },
  { packages: ['pg-copy-streams', 'tar-stream'], door: /^src\/platform\/(backup|restore)\.ts$/ },
  { packages: ['prom-client'], door: /^src\/platform\/metrics\.ts$/ },
  { packages: ['winston'], door: /^src\/platform\/logger\.ts$/ },
  { packages: BROWSER_PACKAGES, door: /^src\/dashboard\// },
  { packages: ['recharts'], door: /^src\/dashboard\/charts\// },
];

const IMPURE: readonly {
  readonly what: string;
  readonly pattern: RegExp;
  readonly allowed: string;
  readonly inBrowser?: string;
}[] = [
  {
    what: 'Date.now',
    pattern: /\bDate\s*\.\s*now\b/,
    allowed: 'src/platform/clock.ts',
    inBrowser: 'src/dashboard/clock.ts',
  },
  { what: 'new Date()', pattern: /\bnew\s+Date\b(?!\s*\(\s*[^)\s])/, allowed: 'src/platform/clock.ts' },
  { what: 'Math.random', pattern: /\bMath\s*\.\s*random\b/, allowed: 'src/platform/clock.ts' },
  { what: 'performance.now', pattern: /\bperformance\s*\.\s*now\b/, allowed: 'src/platform/clock.ts' },
  { what: 'randomUUID', pattern: /\brandomUUID\b/, allowed: 'src/platform/clock.ts' },
  { what: 'process.env', pattern: /\bprocess\s*(\.\s*env\b|\[\s*['"]env)/, allowed: 'src/config/env.ts' },
];

const inPage = (path: string) => path.startsWith('src/dashboard/');
const isPure = (name: string) => name === 'zod' || name === 'node:crypto';
const inDomain = (name: string) => isPure(name) || name.startsWith('src/domain/');
const inRouting = (name: string) => inDomain(name) || name.startsWith('src/routing/');

describe('the rooms of the house', () => {
  it('reads the imports of every form, and no comment', () => {
    const text = [
      "import { a } from './a.ts';",
      "import type { B } from '../b/b.ts';",
      "export { c } from 'openai/resources';",
      "import 'zod';",
      "const d = await import('pg');",
      "// import e from 'express';",
      "const f = 'https://x'; /* Date.now */",
    ].join('\n');
    const source = toSource('src/api/x.ts', text);
    expect(source.imports).to.deep.equal(['src/api/a.ts', 'src/b/b.ts', 'openai/resources', 'zod', 'pg']);
    expect(source.code).to.include('https://x').and.not.include('Date.now');
    expect(source.imports.map(packageOf)).to.deep.equal([undefined, undefined, 'openai', 'zod', 'pg']);
  });

  it('finds an import cycle where there is one', () => {
    const ring = [
      toSource('src/a.ts', "import { b } from './b.ts';"),
      toSource('src/b.ts', "import { c } from './c.ts';"),
      toSource('src/c.ts', "import { b } from './b.ts';"),
    ];
    expect(findCycles(ring)).to.deep.equal(['src/b.ts → src/c.ts → src/b.ts']);
  });

  it('has sources to check', () => {
    expect(among('src/domain')).to.have.length.above(5);
    expect(edges).to.have.length.above(50);
  });

  it('keeps src free of projections and workers', () => {
    const wrong = edges.filter(
      ({ path, imported }) => path.startsWith('src/') && /^(projections|workers)\//.test(imported),
    );
    expect(say(wrong)).to.deep.equal([]);
  });

  it('keeps siblings that do I/O from knowing each other', () => {
    const wrong = edges.filter(({ path, imported }) => {
      const [from, to] = [roomOf(path), roomOf(imported)];
      return from !== to && SIBLINGS.includes(from) && SIBLINGS.includes(to);
    });
    expect(say(wrong)).to.deep.equal([]);
  });

  it('lets domain import nothing but itself, zod and hashing', () => {
    const wrong = edges.filter(({ path, imported }) => roomOf(path) === 'src/domain' && !inDomain(imported));
    expect(say(wrong)).to.deep.equal([]);
  });

  it('lets routing import nothing but itself, domain and hashing', () => {
    const wrong = edges.filter(({ path, imported }) => roomOf(path) === 'src/routing' && !inRouting(imported));
    expect(say(wrong)).to.deep.equal([]);
  });

  it('takes nothing but types into the web page, and nothing out of it', () => {
    const taken = among('src/dashboard').flatMap(({ path, code }) =>
      importStatements(path, code)
        .filter(({ imported, isType }) => imported.startsWith('src/') && !inPage(imported) && !isType)
        .map(({ imported }) => ({ path, imported })),
    );
    expect(say(taken)).to.deep.equal([]);
    expect(say(edges.filter(({ path, imported }) => !inPage(path) && inPage(imported)))).to.deep.equal([]);
  });

  it('lets the rules of the feeds import only themselves, domain, settings and the forms of what is read', () => {
    const allowed =
      /^(workers\/rules|src\/domain)\/|^src\/config\/syncSchema\.ts$|^workers\/sources\/(feedReading|openrouterModels)\.ts$|^src\/readmodels\/feedAges\.ts$|^(node:crypto|zod)$/;
    const wrong = edges.filter(({ path, imported }) => path.startsWith('workers/rules/') && !allowed.test(imported));
    expect(say(wrong)).to.deep.equal([]);
  });

  it('imports nothing of the tests', () => {
    expect(say(edges.filter(({ imported }) => imported.startsWith('test/')))).to.deep.equal([]);
  });

  for (const { packages, door } of DOORS) {
    it(`has one door for ${packages.join(' and ')}`, () => {
      const wrong = edges.filter(
        ({ path, imported }) => packages.includes(packageOf(imported) ?? '') && !door.test(path),
      );
      expect(say(wrong)).to.deep.equal([]);
    });
  }

  for (const { what, pattern, allowed, inBrowser } of IMPURE) {
    it(`uses ${what} nowhere but in ${allowed}`, () => {
      const found = sources.filter(({ path, code }) => path !== allowed && path !== inBrowser && pattern.test(code));
      expect(found.map(({ path }) => path)).to.deep.equal([]);
    });
  }

  it('tells a date of now from a date of a given time', () => {
    const pattern = IMPURE.find(({ what }) => what === 'new Date()')?.pattern;
    expect('new Date()').to.match(pattern ?? /$^/);
    expect('new Date( )').to.match(pattern ?? /$^/);
    expect('new Date(clock.now())').not.to.match(pattern ?? /^/);
  });
});
