import { expect } from 'chai';
import { describe, it } from 'mocha';
import { appendChanges } from '../../../src/eventstore/appendChanges.ts';
import { checkChain } from '../../../src/eventstore/codec.ts';
import { ConflictError, type EventStore, type RecordedEvent } from '../../../src/eventstore/eventStore.ts';
import { createMemoryEventStore } from '../../../src/eventstore/memory.ts';
import { createRandom, systemClock } from '../../../src/platform/clock.ts';
import { alert, messageOf, sealAlerts } from '../../support/sealedEvents.ts';

async function read(store: EventStore, stream: string): Promise<RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  for await (const event of store.readStream(stream)) events.push(event);
  return events;
}

const tools = (store: EventStore) => ({ store, clock: systemClock, random: createRandom(systemClock) });
const counted = (events: readonly unknown[]) => [alert(String(events.length))];

describe('appending to a stream that others write too', () => {
  it('plans again with what others wrote, so that nobody overwrites anybody', async () => {
    const store = createMemoryEventStore(() => 0);
    await Promise.all(Array.from({ length: 5 }, () => appendChanges(tools(store), 'admin-main', counted)));
    const events = await read(store, 'admin-main');
    expect(events.map(messageOf)).to.deep.equal(['0', '1', '2', '3', '4']);
    expect(checkChain(events)).to.deep.equal([]);
  });

  it('appends nothing when the plan is empty', async () => {
    const store = createMemoryEventStore(() => 0);
    expect(await appendChanges(tools(store), 'admin-main', () => [])).to.deep.equal([]);
    expect(await store.head()).to.equal(undefined);
  });

  it('gives up with a conflict when others are always faster', async () => {
    const store = createMemoryEventStore(() => 0);
    let plans = 0;
    let conflict: unknown;
    const slow: EventStore = {
      ...store,
      async append(stream, events, expected) {
        await store.append(stream, sealAlerts(['faster']), 'any');
        return store.append(stream, events, expected);
      },
    };
    try {
      await appendChanges(tools(slow), 'admin-main', () => {
        plans += 1;
        return [alert('mine')];
      });
    } catch (error) {
      conflict = error;
    }
    expect(conflict).to.be.instanceOf(ConflictError);
    expect(plans).to.equal(8);
  });
});
