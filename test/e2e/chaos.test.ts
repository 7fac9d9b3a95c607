// The chaos run, small: what `npm run chaos` does for minutes.
import { expect } from 'chai';
import { runChaos } from '../bench/chaos.ts';
import { procMissing } from '../bench/processes.ts';

describe('under kills and outages', () => {
  it('loses no whole answer, records none twice, and lets nobody hang', async function () {
    this.timeout(240_000);
    const missing = procMissing();
    if (missing !== undefined) {
      process.stdout.write(`skipped: ${missing}\n`);
      this.skip();
    }
    const { text, whole } = await runChaos({
      kills: 5,
      storeOutages: 1,
      databaseOutages: 1,
      outageMs: 4_000,
      seconds: 25,
      streams: 10,
      callers: 2,
      command: ['--import', 'tsx', 'src/start.ts', '--from-source'],
      scripts: '',
    });
    expect(whole, text).to.equal(true);
  });
});
