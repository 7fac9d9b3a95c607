import { expect } from 'chai';
import { compareLogs, copyLog, summariseLog } from '../../../src/eventstore/copyLog.ts';
import type { EventStore } from '../../../src/eventstore/eventStore.ts';
import { openEventStoreDb } from '../../../src/eventstore/eventstoredb.ts';
import { createMemoryEventStore } from '../../../src/eventstore/memory.ts';
import { openPostgresEventStore } from '../../../src/eventstore/postgres.ts';
import { systemClock as clock } from '../../../src/platform/clock.ts';
import { appendDrafts } from '../../support/eventLog.ts';
import { openFakeEventStoreDb } from '../../support/eventStoreDbServer.ts';
import { silentLogger as logger } from '../../support/logger.ts';
import { useDatabase } from '../../support/postgres.ts';
import { attempted, completed, routed } from '../../support/requestEvents.ts';
import { alert } from '../../support/sealedEvents.ts';

const signal = new AbortController().signal;
const requestId = (n: number) => `0c0c0c0c-0000-4000-8000-0000000000${10 + n}`;

async function fill(store: EventStore, from: number, to: number): Promise<void> {
  for (let n = from; n < to; n++) {
    const fields = { requestId: requestId(n) };
    await appendDrafts(store, `request-${requestId(n)}`, [routed(fields)]);
    await appendDrafts(store, 'admin-main', [alert(`number ${n}`), alert('x'.repeat(1_000))]);
    await appendDrafts(store, `request-${requestId(n)}`, [attempted(fields), completed(fields)]);
  }
}

describe('a log that is copied into another backend', function () {
  this.timeout(30_000);
  const database = useDatabase();

  it('is the same log there, and a copy that was ended goes on where it was', async () => {
    const memory = createMemoryEventStore(() => clock.now());
    await fill(memory, 0, 5);
    const server = await openFakeEventStoreDb();
    const eventStoreDb = openEventStoreDb({ url: server.url, clock, logger });
    const postgres = openPostgresEventStore({ postgres: database.postgres, clock, logger });
    try {
      for (const [from, to] of [
        [memory, eventStoreDb],
        [eventStoreDb, postgres],
      ] as const) {
        expect(await copyLog({ from, to, clock, signal })).to.equal(25);
        const [there, here] = [await summariseLog(from, clock, signal), await summariseLog(to, clock, signal)];
        expect(compareLogs(there, here)).to.deep.equal([]);
        expect(here.events).to.equal(25);
        expect(await copyLog({ from, to, clock, signal })).to.equal(0);
      }
      await fill(memory, 5, 7);
      expect(await copyLog({ from: memory, to: postgres, clock, signal })).to.equal(10);
    } finally {
      await eventStoreDb.close();
      await server.stop();
    }
  });

  it('is told apart from a log that is not the same', async () => {
    const one = createMemoryEventStore(() => clock.now());
    const other = createMemoryEventStore(() => clock.now());
    await fill(one, 0, 2);
    await fill(other, 0, 1);
    const problems = compareLogs(await summariseLog(one, clock, signal), await summariseLog(other, clock, signal));
    expect(problems.join())
      .to.include('10 events there, 5 here')
      .and.to.include(`request-${requestId(1)} does not end`);
  });
});
