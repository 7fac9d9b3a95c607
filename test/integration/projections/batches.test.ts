// How many events go into one transaction: fewer while transactions take long, more again while they are quick.
import { expect } from 'chai';
import { createApplier } from '../../../projections/applyBatch.ts';
import { takeCheckpoint } from '../../../projections/checkpoint.ts';
import { routingLogs } from '../../../projections/routingLogs.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { useProjections } from '../../support/projectionBench.ts';

const EVENTS = 240;

describe('the batches of a projection', function () {
  this.timeout(30_000);
  const bench = useProjections();

  it('shrink while a transaction takes seconds, and grow while it takes a moment; every event is in one of them', async () => {
    for (let count = 0; count < EVENTS / 3; count += 1) await bench.appendRequest();
    const events = await bench.readEvents('request', EVENTS);
    const checkpoint = await takeCheckpoint(bench.postgres, routingLogs, '2026-11-20T00:00:00.000Z');
    // Each look at the time is that much later than the one before: a transaction begins with one look and ends with one.
    let now = 0;
    let stepMs = 3_000;
    const clock = { ...systemClock, monotonicMs: () => (now += stepMs) };
    const sizes: number[] = [];
    const postgres: typeof bench.postgres = {
      ...bench.postgres,
      async transaction(work) {
        const before = await bench.count('routing_logs');
        const result = await bench.postgres.transaction(work);
        sizes.push((await bench.count('routing_logs')) - before);
        return result;
      },
    };
    const applier = createApplier(routingLogs, { postgres, clock, mostEvents: 60 }, checkpoint);
    const part = (from: number, to: number) => {
      const some = events.slice(from, to);
      return { events: some, position: some.at(-1)?.position ?? '' };
    };
    await applier.apply(part(0, 120));
    // 60, 30, 15 and then 10 events at a time, of which each third is a decision.
    expect(sizes).to.deep.equal([20, 10, 5, 4, 1]);
    sizes.length = 0;
    stepMs = 1;
    await applier.apply(part(120, 240));
    expect(sizes).to.deep.equal([4, 6, 14, 16]);
    expect(await bench.count('routing_logs')).to.equal(EVENTS / 3);
  });
});
