import { expect } from 'chai';
import { createMemoryEventStore } from '../../../src/eventstore/memory.ts';
import { START } from '../../../src/eventstore/eventStore.ts';
import { countAfter, scanLog } from '../../../src/eventstore/scanLog.ts';
import { systemClock as clock } from '../../../src/platform/clock.ts';
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

  it('ends at an empty log, and where the newest event is never told', async () => {
    expect(
      await read(
        createMemoryEventStore(() => 0),
        ['admin'],
      ),
    ).to.deep.equal([]);
    const mute = { ...(await open()), head: async () => 'elsewhere' };
    expect(await read(mute, ['admin'])).to.deep.equal(['a', 'b', 'c']);
  });

  it('does not take slow work on a batch for the end', async () => {
    const store = await open();
    const slow = { ...store, head: async () => 'elsewhere' };
    const seen: number[] = [];
    for await (const { events } of scanLog({ store: slow, clock, categories: ['admin'], after: START, silentMs: 20 })) {
      seen.push(events.length);
      if (seen.length > 1) break;
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
