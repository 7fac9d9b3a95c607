// `npm run dev`: from source, and a changed file is there a moment later.
import { statSync, utimesSync } from 'node:fs';
import { expect } from 'chai';
import { findPid, procMissing } from '../bench/processes.ts';
import { newDataDir, removeDataDir, startSystem } from '../support/system.ts';
import { until } from '../support/until.ts';

const FILE = 'src/api/routes/health.ts';

describe('npm run dev', () => {
  it('starts its processes again when a source file changes, and goes on answering', async function () {
    this.timeout(90_000);
    const missing = procMissing();
    if (missing !== undefined) {
      process.stdout.write(`skipped: ${missing}\n`);
      this.skip();
    }
    const dataDir = newDataDir();
    const { atime, mtime } = statSync(FILE);
    const system = await startSystem({
      dataDir,
      command: ['--import', 'tsx', 'src/start.ts', '--from-source', '--reload'],
    });
    try {
      const before = findPid(dataDir, 'src/main.ts');
      expect(before).to.be.a('number');
      const { port } = new URL(system.url);
      utimesSync(FILE, atime, new Date());
      const again = await until(
        () => {
          const now = findPid(dataDir, 'src/main.ts');
          return now !== undefined && now !== before && now;
        },
        { within: 30_000, what: 'another web process' },
      );
      expect(again).to.not.equal(before);
      expect(system.supervisor.exitCode).to.equal(null);
      expect(Number(port)).to.be.greaterThan(0);
      await until(() => /listening[\s\S]*listening/.test(system.output()), {
        within: 30_000,
        what: 'it listening again',
      });
    } finally {
      utimesSync(FILE, atime, mtime);
      await system.stop();
      removeDataDir(dataDir);
    }
  });
});
