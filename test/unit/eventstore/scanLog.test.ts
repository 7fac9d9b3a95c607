import { expect } from 'chai';
import { createMemoryEventStore } from '../../../src/eventstore/memory.ts';
import { START, StoreUnavailableError } from '../../../src/eventstore/eventStore.ts';
import { countAfter, scanLog } from '../../../src/eventstore/scanLog.ts';
import { systemClock as clock } from '../../../src/platform/clock.ts';
import { rejectionOf } from '../../support/rejectionOf.ts';
import { messageOf, sealAlerts } from '../../support/sealedEvents.ts';

async function open() {
  const store = createMemoryEventStore(() => 0);
  await store.append('admin-main', sealAlerts(['a', 'b', 'c']), 'none');
  return store;
}

async function read(store: Awaited<ReturnType<typeof open>>, categories: readonly string[], after = START) {
  const seen: string[] = [];
  for await (const { events } of scanLog({ store, clock, categories, after, silentMs: 50 }))
    seen.push(...events.map(messageOf));
  return seen;
}

describe('reading a log to its end', () => {
  it('gives every event of the categories once, and ends', async () => {
    const store = await open();
    expect(await read(store, ['admin'])).to.deep.equal(['a', 'b', 'c']);
    expect(await read(store, ['catalog'])).to.deep.equal([]);
    expect(await read(store, ['admin'], '2')).to.deep.equal(['c']);
    expect(await read(store, ['admin'], await store.head())).to.deep.equal([]);
  });

  it('ends at an empty log, and before one that is behind where it was told to begin', async () => {
    expect(
      await read(
        createMemoryEventStore(() => 0),
        ['admin'],
      ),
    ).to.deep.equal([]);
    expect(await read(await open(), ['admin'], '9')).to.deep.equal([]);
  });

  it('does not take silence before the end for the end: it waits, and then says that it could not read on', async () => {
    const store = await open();
    const stalled = { ...store, head: async () => '4' };
    const seen: string[] = [];
    const reading = (async () => {
      for await (const { events } of scanLog({
        store: stalled,
        clock,
        categories: ['admin'],
        after: START,
        silentMs: 50,
      }))
        seen.push(...events.map(messageOf));
    })();
    const error = await rejectionOf(reading);
    expect(error).to.be.instanceOf(StoreUnavailableError).and.to.have.property('message').that.includes('silent');
    expect(seen).to.deep.equal(['a', 'b', 'c']);
  });

  it('does not take a subscription that ends by itself for the end of the log', async () => {
    const store = await open();
    const cut: typeof store = {
      ...store,
      async *subscribe(after, categories, signal) {
        for await (const batch of store.subscribe(after, categories, signal)) {
          yield { events: batch.events.slice(0, 1), position: '1' };
          return;
        }
      },
    };
    expect(await rejectionOf(read(cut, ['admin']))).to.be.instanceOf(StoreUnavailableError);
  });

  it('ends quietly when it is aborted', async () => {
    const store = await open();
    const stalled = { ...store, head: async () => '4' };
    const stop = new AbortController();
    const seen: string[] = [];
    for await (const { events } of scanLog({
      store: stalled,
      clock,
      categories: ['admin'],
      after: START,
      signal: stop.signal,
    })) {
      seen.push(...events.map(messageOf));
      setTimeout(() => stop.abort(), 10);
    }
    expect(seen).to.deep.equal(['a', 'b', 'c']);
  });

  it('does not take slow work on a batch for silence', async () => {
    const store = await open();
    const later = { ...store, head: async () => '4' };
    const seen: number[] = [];
    for await (const { events } of scanLog({
      store: later,
      clock,
      categories: ['admin'],
      after: START,
      silentMs: 20,
    })) {
      seen.push(events.length);
      if (seen.length > 1) continue;
      await clock.sleep(100);
      await store.append('admin-main', sealAlerts(['d']), 'any');
    }
    expect(seen).to.deep.equal([3, 1]);
  });

  it('counts what waits, up to a limit', async () => {
    const store = await open();
    expect(await countAfter(store, { clock, after: START, categories: ['admin'], most: 10 })).to.equal(3);
    expect(await countAfter(store, { clock, after: '2', categories: ['admin'], most: 10 })).to.equal(1);
    expect(await countAfter(store, { clock, after: START, categories: ['admin'], most: 2 })).to.equal(2);
  });
});
