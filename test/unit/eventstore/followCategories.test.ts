import { expect } from 'chai';
import { describe, it } from 'mocha';
import { type EventStore, START } from '../../../src/eventstore/eventStore.ts';
import { followCategories } from '../../../src/eventstore/followCategories.ts';
import { createMemoryEventStore } from '../../../src/eventstore/memory.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { createRecordingLogger } from '../../support/logger.ts';
import { messageOf, sealAlerts } from '../../support/sealedEvents.ts';
import { until } from '../../support/until.ts';

describe('following categories', () => {
  it('goes on from the last handled position when the subscription or the handler fails', async () => {
    const memory = createMemoryEventStore(() => 0);
    let opened = 0;
    const store: EventStore = {
      ...memory,
      async *subscribe(after, categories, signal) {
        opened += 1;
        if (opened === 1) throw new Error('the line is cut');
        yield* memory.subscribe(after, categories, signal);
      },
    };
    const stop = new AbortController();
    const seen: string[] = [];
    let failed = false;
    const logger = createRecordingLogger();
    const following = followCategories({
      store,
      clock: systemClock,
      logger,
      categories: ['alpha'],
      after: START,
      signal: stop.signal,
      onEvents(events) {
        if (!failed && events.some((event) => messageOf(event) === 'two')) {
          failed = true;
          throw new Error('the handler is not ready');
        }
        seen.push(...events.map(messageOf));
      },
    });
    await store.append('alpha-1', sealAlerts(['one']), 'none');
    await until(() => seen.length === 1);
    await store.append('alpha-2', sealAlerts(['two']), 'none');
    await until(() => seen.length === 2);
    stop.abort();
    expect(await following).to.equal(await store.head());
    expect(seen).to.deep.equal(['one', 'two']);
    expect([opened, logger.lines.length]).to.deep.equal([3, 2]);
  });
});
