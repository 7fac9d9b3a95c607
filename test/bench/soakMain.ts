// npm run soak [-- <count>|verify|streams|rebuild|inputs|totals]: runs, prints, and writes docs/reports/soak….md with the commit and the command. Exit code
// 1 when something was not as it has to be.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { stopTestServer } from '../support/postgres.ts';
import { soakRequests } from './soak.ts';
import { soakInputs } from './soakInputs.ts';
import { soakRebuild } from './soakRebuild.ts';
import { soakStreams } from './soakStreams.ts';
import { soakTotals } from './soakTotals.ts';
import { soakVerify } from './soakVerify.ts';

type Soak = (count: number) => Promise<{ readonly text: string; readonly whole: boolean }>;
const SOAKS: Readonly<Record<string, { readonly run: Soak; readonly count: number; readonly report: string }>> = {
  requests: { run: soakRequests, count: 10_000, report: 'soak' },
  verify: { run: soakVerify, count: 200, report: 'soak-verify' },
  inputs: { run: soakInputs, count: 20_000, report: 'soak-inputs' },
  totals: { run: soakTotals, count: 100_000, report: 'soak-totals' },
  streams: { run: soakStreams, count: 200, report: 'soak-streams' },
  rebuild: { run: soakRebuild, count: 30, report: 'soak-rebuild' },
};

const words = process.argv.slice(2);
const name = /^\d+$/.test(words[0] ?? '') ? 'requests' : (words.shift() ?? 'requests');
const soak = SOAKS[name];
if (!soak) {
  process.stderr.write(`there is no soak ${name}; allowed: ${Object.keys(SOAKS).join(', ')}\n`);
  process.exit(1);
}
const count = Number(words[0] ?? soak.count);
const { text, whole } = await soak.run(count);
await stopTestServer();
const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
const command = `npm run soak -- ${name === 'requests' ? '' : `${name} `}${count}`;
mkdirSync('docs/reports', { recursive: true });
writeFileSync(
  `docs/reports/${soak.report}.md`,
  `# Soak: ${name}\n\nCommand: \`${command}\`, commit ${commit}.\n\n${text}\n`,
);
process.stdout.write(`${text}\n`);
process.exit(whole ? 0 : 1);
