// Time and chance.
import { expect } from 'chai';
import { createRandom, systemClock } from '../../../src/platform/clock.ts';
import { rejectionOf } from '../../support/rejectionOf.ts';

const V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe('createRandom', () => {
  it('makes ids of version 7 that begin with the time', () => {
    const id = createRandom({ now: () => 0x0190_1234_5678 }).uuidv7();
    expect(id).to.match(V7);
    expect(id.slice(0, 13)).to.equal('01901234-5678');
  });

  it('makes ids that increase within one millisecond, when the clock goes back, and past the sequence of one millisecond', () => {
    let now = 1_000;
    const random = createRandom({ now: () => now });
    const ids: string[] = [];
    for (let count = 0; count < 10_000; count++) {
      if (count === 5_000) now = 400;
      ids.push(random.uuidv7());
    }
    expect(ids).to.deep.equal([...ids].sort());
    expect(new Set(ids).size).to.equal(ids.length);
    expect(ids.every((id) => V7.test(id))).to.equal(true);
  });

  it('gives units from 0 up to 1 and as many bytes as are asked for', () => {
    const random = createRandom(systemClock);
    expect(random.unit()).to.be.within(0, 1);
    expect(random.bytes(24)).to.have.length(24);
  });
});

describe('systemClock', () => {
  it('ends a sleep with the reason of its signal', async () => {
    const stop = new AbortController();
    const sleeping = systemClock.sleep(60_000, stop.signal);
    const reason = new Error('no more');
    stop.abort(reason);
    expect(await rejectionOf(sleeping)).to.equal(reason);
    expect(await rejectionOf(systemClock.sleep(60_000, stop.signal))).to.equal(reason);
  });

  it('sleeps that long without a signal', async () => {
    const before = systemClock.monotonicMs();
    await systemClock.sleep(20);
    expect(systemClock.monotonicMs() - before).to.be.at.least(19);
  });
});
