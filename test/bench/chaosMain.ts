// npm run chaos [-- --minutes N]: runs, prints, and writes docs/reports/chaos.md with the commit and the command.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { runChaos } from './chaos.ts';

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '10' } } });
const minutes = Number(values.minutes);
if (!(minutes > 0)) {
  process.stderr.write(`--minutes: found ${values.minutes}; allowed: a number above 0\n`);
  process.exit(1);
}
execFileSync(process.execPath, ['--import', 'tsx', 'src/cli/buildWhenStale.ts'], { stdio: 'inherit' });
const { text, whole } = await runChaos({
  kills: 60,
  storeOutages: 5,
  databaseOutages: 5,
  outageMs: 10_000,
  seconds: minutes * 60,
  streams: 12,
  callers: 4,
  command: ['dist/src/start.js'],
  scripts: 'dist/',
});
const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
const command = `npm run chaos -- --minutes ${minutes}`;
mkdirSync('docs/reports', { recursive: true });
writeFileSync('docs/reports/chaos.md', `# Chaos\n\nCommand: \`${command}\`, commit ${commit}.\n\n${text}\n`);
process.stdout.write(`${text}\n`);
process.exit(whole ? 0 : 1);
