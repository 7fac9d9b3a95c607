import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { openRecorder } from '../../../src/eventstore/recorder.ts';
import { createMemoryEventStore } from '../../../src/eventstore/memory.ts';
import { openSpool } from '../../../src/eventstore/spool.ts';
import { describeSpoolOwner } from '../../../src/eventstore/spoolOwner.ts';
import { createRandom, systemClock } from '../../../src/platform/clock.ts';
import { silentLogger } from '../../support/logger.ts';
import { until } from '../../support/until.ts';

const tools = { clock: systemClock, logger: silentLogger };

describe('a process that is killed while it spools', () => {
  it('loses nothing that it called durable: the next one brings it home', async function () {
    this.timeout(30_000);
    const directory = mkdtempSync(join(tmpdir(), 'omni-crash-'));
    const program = 'test/fixtures/processes/spoolUntilKilled.ts';
    const child = spawn(process.execPath, ['--import', 'tsx', program, directory], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let printed = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
    });
    const closed = once(child, 'close');
    try {
      await until(() => printed.split('\n').length > 400, { within: 20_000, what: 'the first 400 durable appends' });
    } finally {
      child.kill('SIGKILL');
    }
    await closed;
    const durable = printed.split('\n').slice(0, -1);

    const store = createMemoryEventStore(() => 0);
    const spool = await openSpool({ directory, owner: describeSpoolOwner(), maxBytes: 100_000_000, ...tools });
    const recorder = openRecorder({ store, spool, random: createRandom(systemClock), ...tools });
    await until(() => recorder.status().state === 'direct');
    const { conflicts, damaged } = recorder.status();
    await recorder.close();
    rmSync(directory, { recursive: true, force: true });
    expect({ conflicts, damaged }).to.deep.equal({ conflicts: 0, damaged: 0 });
    const missing: string[] = [];
    for (const name of durable) {
      let found = 0;
      for await (const event of store.readStream(`s-${name}`)) found += event.revision === 0n ? 1 : 2;
      if (found !== 1) missing.push(name);
    }
    expect(missing).to.deep.equal([]);
  });
});
