// npm run bench [-- proxy|savings|projections]: measures, prints, and writes docs/reports/bench-<name>.md with the commit and the command.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { runProjectionsBench } from './projectionsBench.ts';
import { runProxyBench } from './proxyBench.ts';
import { formatSavings, runSavings } from './savings.ts';

const BENCHES: Readonly<Record<string, () => Promise<string>>> = {
  proxy: runProxyBench,
  projections: runProjectionsBench,
  savings: async () => formatSavings(runSavings()),
};

const names = process.argv.length > 2 ? process.argv.slice(2) : ['proxy'];
for (const name of names) {
  const bench = BENCHES[name];
  if (!bench) {
    process.stderr.write(`there is no bench ${name}; allowed: ${Object.keys(BENCHES).join(', ')}\n`);
    process.exit(1);
  }
  const result = await bench();
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  mkdirSync('docs/reports', { recursive: true });
  writeFileSync(
    `docs/reports/bench-${name}.md`,
    `# Bench: ${name}\n\nCommand: \`npm run bench -- ${name}\`, commit ${commit}.\n\n${result}\n`,
  );
  process.stdout.write(`${result}\n`);
}
