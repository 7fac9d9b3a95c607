// The contract on a real EventStoreDB: `TEST_EVENTSTORE_URL=esdb://… npm run test:eventstore`. It writes streams of its own with random
// names and leaves all others alone; two lines in docs/contributing.md start a server.
import { openEventStoreDb } from '../../src/eventstore/eventstoredb.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { silentLogger } from '../support/logger.ts';
import { describeEventStore } from './describeEventStore.ts';

const url = process.env['TEST_EVENTSTORE_URL'];
const alone = process.env['npm_lifecycle_event'] === 'test:eventstore';

if (url !== undefined) {
  describeEventStore(
    'EventStoreDB, the real server of TEST_EVENTSTORE_URL',
    async () => openEventStoreDb({ url, clock: systemClock, logger: silentLogger }),
    {
      idsOnlyWithinStream: 'the server looks for an event id in its own stream only',
      takesAnyId: 'what a server does with an id that is no UUID differs by version; ours are always UUIDs',
      isShared: 'others may write to that server meanwhile',
    },
  );
} else {
  describe('an event store: EventStoreDB, the real server of TEST_EVENTSTORE_URL', () => {
    it('is tried when TEST_EVENTSTORE_URL names one, such as esdb://127.0.0.1:2113?tls=false', function () {
      if (alone) throw new Error('TEST_EVENTSTORE_URL: found nothing; allowed: the address of an EventStoreDB');
      this.skip();
    });
  });
}
