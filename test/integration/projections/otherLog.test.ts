// A log that is not the one that the rows were made from, and one whose end was replaced.
import { expect } from 'chai';
import { rebuildProjection } from '../../../projections/rebuildProjection.ts';
import { recountProjection } from '../../../projections/recount.ts';
import { formatVerify } from '../../../projections/formatVerify.ts';
import type { Projection } from '../../../projections/projection.ts';
import { requests } from '../../../projections/requests.ts';
import { runProjection } from '../../../projections/runner.ts';
import { streamHeads } from '../../../projections/streamHeads.ts';
import { isWhole, verifyAll } from '../../../projections/verify.ts';
import type { EventStore } from '../../../src/eventstore/eventStore.ts';
import { openPostgresEventStore } from '../../../src/eventstore/postgres.ts';
import { systemClock as clock } from '../../../src/platform/clock.ts';
import { appendDrafts } from '../../support/eventLog.ts';
import { silentLogger } from '../../support/logger.ts';
import { openTestDatabase } from '../../support/postgres.ts';
import { useProjections } from '../../support/projectionBench.ts';
import { completed, routed } from '../../support/requestEvents.ts';
import { alert } from '../../support/sealedEvents.ts';
import { until } from '../../support/until.ts';

async function openOther() {
  const database = await openTestDatabase();
  const { postgres } = database;
  const store = openPostgresEventStore({ postgres, clock, logger: silentLogger });
  return {
    store,
    async close() {
      await store.close();
      await database.close();
    },
  };
}

async function fill(store: EventStore, ids: readonly number[]): Promise<void> {
  for (const n of ids) {
    const requestId = `0e0e0e0e-0000-4000-8000-00000000000${n}`;
    await appendDrafts(store, `request-${requestId}`, [routed({ requestId }), completed({ requestId })]);
  }
}

describe('a log that is not the one that was read', function () {
  this.timeout(40_000);
  const bench = useProjections();

  /** Runs to the end of the log, and stops. */
  const catchUp = async (projection: Projection, store: EventStore): Promise<void> => {
    const stop = new AbortController();
    const { postgres } = bench;
    await postgres.query('update projection_checkpoints set caught_up_at = null');
    const running = runProjection(projection, { ...bench.tools(stop.signal), store });
    await until(async () => {
      const { rowCount } = await postgres.query(
        'select from projection_checkpoints where name = $1 and caught_up_at is not null',
        [projection.name],
      );
      return rowCount === 1;
    });
    stop.abort();
    await running;
  };

  for (const [what, ids] of [
    ['shorter', [8, 9]],
    ['longer, with other events at the same positions', [4, 5, 6, 7, 8, 9]],
  ] as const) {
    it(`is noticed where it is ${what}: the rows are made again from it`, async () => {
      await fill(bench.store, [1, 2, 3]);
      await catchUp(requests, bench.store);
      const other = await openOther();
      try {
        await fill(other.store, ids);
        await catchUp(requests, other.store);
        expect(await bench.count('requests')).to.equal(ids.length);
        const { problems, behind } = await recountProjection(requests, { ...bench.tools(), store: other.store });
        expect([problems, behind]).to.deep.equal([[], false]);
      } finally {
        await other.close();
      }
    });
  }

  it('is not seen in the same log, before and after a rebuild', async () => {
    await fill(bench.store, [1, 2]);
    await catchUp(requests, bench.store);
    await catchUp(requests, bench.store);
    await rebuildProjection(requests, bench.tools());
    await catchUp(requests, bench.store);
    expect(bench.logger.lines.map(({ message }) => message).join()).not.to.include('not the log');
  });

  it('keeps what was seen of the ends of streams, and tells what is not there any more', async () => {
    await fill(bench.store, [1, 2, 3]);
    await catchUp(streamHeads, bench.store);
    const older = await openOther();
    try {
      // What a restored backup holds: the same events as far as they go.
      for (const n of [1, 2]) {
        const stream = `request-0e0e0e0e-0000-4000-8000-00000000000${n}`;
        for await (const event of bench.store.readStream(stream))
          await older.store.append(stream, [event], event.revision === 0n ? 'none' : event.revision - 1n);
      }
      await catchUp(streamHeads, older.store);
      const { problems } = await recountProjection(streamHeads, { ...bench.tools(), store: older.store });
      expect(problems.map(({ kind, key }) => [kind, key])).to.deep.equal([
        ['extra', 'request-0e0e0e0e-0000-4000-8000-000000000003'],
      ]);
    } finally {
      await older.close();
    }
  });

  it('is told for ever when the last event of a stream was taken away and another put in its place', async () => {
    const { postgres, store } = bench;
    await appendDrafts(store, 'admin-main', [alert('a'), alert('b')]);
    await catchUp(streamHeads, store);
    await postgres.query(`delete from eventlog.events where stream = 'admin-main' and revision = 1`);
    await appendDrafts(store, 'admin-main', [alert('forged'), alert('and on')]);
    await catchUp(streamHeads, store);
    await appendDrafts(store, 'admin-main', [alert('much later')]);
    await catchUp(streamHeads, store);
    const report = await verifyAll([streamHeads], bench.tools());
    // Events of a test are dated by hand; of their chain nothing is to be told.
    expect(report.log.chains.filter(({ problem }) => problem !== 'time')).to.deep.equal([]);
    expect(isWhole(report)).to.equal(false);
    expect(formatVerify(report)).to.match(/admin-main 1 [0-9a-f-]+: another event was seen there before, and is gone/);
  });
});
