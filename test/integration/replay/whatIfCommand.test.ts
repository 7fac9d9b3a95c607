// `npm run what-if` as its user runs it: a process over a real log, a report, a file of lines, and an exit code for CI.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type Json, useRouter } from '../../support/router.ts';

describe('npm run what-if', function () {
  this.timeout(60_000);
  const router = useRouter();
  const folder = mkdtempSync(join(tmpdir(), 'omni-what-if-'));
  const messages = [{ role: 'user', content: 'What is the capital of France?' }];
  before(async () => {
    for (let n = 0; n < 4; n++) await router().send('/v1/chat', { body: { messages } });
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const run = (...words: string[]) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', 'src/cli/whatIf.ts', ...words], {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], DATABASE_URL: router().connectionString },
    });
    return { status, stdout, stderr };
  };

  it('costs the same under the same policy, and passes the gate', () => {
    const { status, stdout, stderr } = run('--policy', 'config/routing.yaml', '--fail-if', 'cost>+0%,moved>0');
    expect(status, stderr).to.equal(0);
    expect(stdout).to.match(/^4 requests, 0 go elsewhere, 0 find no model; costs of 4 are known/);
    expect(stdout).to.include('Note: Costs are estimates');
  });

  it('fails the gate under a dearer policy, and writes each request as a line', () => {
    const dearer = readFileSync('config/routing.yaml', 'utf8')
      .replace(/^qualityShare: .*$/m, 'qualityShare: { cheap: 1, balanced: 1, best: 1 }')
      .replace(/^qualityFloor: .*$/m, 'qualityFloor: { cheap: 0.95, balanced: 0.95, best: 0.95 }');
    writeFileSync(join(folder, 'dearer.yaml'), dearer);
    const lines = join(folder, 'lines.jsonl');
    const args = ['--policy', join(folder, 'dearer.yaml'), '--fail-if', 'cost>+5%', '--jsonl', lines];
    const { status, stdout, stderr } = run(...args);
    expect(status, stderr).to.equal(1);
    expect(stdout).to.match(/FAILED: cost \+[\d.]+% crosses cost>\+5%/);
    const written = readFileSync(lines, 'utf8').trim().split('\n');
    expect(written).to.have.length(4);
    const [first] = written.map((line) => JSON.parse(line) as Json);
    expect(first).to.include({ taskType: 'chat', moved: true });
    expect(first?.['after']?.['costUsd']).to.be.a('string');
  });

  it('takes a version of the catalog, or a file of models, and says what it cannot take', () => {
    const version = String(router().gateway.catalog().version);
    expect(run('--catalog', version, '--fail-if', 'moved>0').status).to.equal(0);
    const file = run('--catalog', 'config/models.yaml');
    expect(file.status, file.stderr).to.equal(0);
    expect(run('--from', '2030-01-01').stdout).to.match(/^0 requests/);
    for (const [words, problem] of [
      [['--catalog', '999999'], 'catalog-main has no revision 999999'],
      [['--catalog', 'prices'], 'a version, or a YAML file'],
      [['--fail-if', 'price>1'], 'allowed: cost, quality'],
      [['--from', 'yesterday'], 'an ISO date or time'],
    ] as const) {
      const { status, stderr } = run(...words);
      expect([status, stderr.includes(problem)], stderr).to.deep.equal([1, true]);
    }
  });
});
