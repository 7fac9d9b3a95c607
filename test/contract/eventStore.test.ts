import { openEventStoreDb } from '../../src/eventstore/eventstoredb.ts';
import { createMemoryEventStore } from '../../src/eventstore/memory.ts';
import { openPostgresEventStore } from '../../src/eventstore/postgres.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { openFakeEventStoreDb } from '../support/eventStoreDbServer.ts';
import { silentLogger } from '../support/logger.ts';
import { openTestDatabase } from '../support/postgres.ts';
import { describeEventStore } from './describeEventStore.ts';

describeEventStore('memory', async () => createMemoryEventStore(() => systemClock.now()), {
  takesAnyId: 'nothing in memory reads the id',
});

for (const sharesReads of [false, true]) {
  describeEventStore(sharesReads ? 'Postgres, its followers sharing what they read' : 'Postgres', async () => {
    const database = await openTestDatabase();
    const { postgres } = database;
    const store = openPostgresEventStore({ postgres, clock: systemClock, logger: silentLogger, sharesReads });
    return {
      ...store,
      async close() {
        await store.close();
        await database.close();
      },
    };
  });
}

const serverDiffers = {
  idsOnlyWithinStream: 'the server looks for an event id in its own stream only',
  takesAnyId: 'what a server does with an id that is no UUID differs by version; ours are always UUIDs',
};

describeEventStore(
  'EventStoreDB, on a loopback server that answers as a real one was measured to',
  async () => {
    const server = await openFakeEventStoreDb();
    const store = openEventStoreDb({ url: server.url, clock: systemClock, logger: silentLogger });
    return {
      append: (stream, events, expected) => store.append(stream, events, expected),
      readStream: (stream, range) => store.readStream(stream, range),
      subscribe: (after, categories, signal) => store.subscribe(after, categories, signal),
      head: () => store.head(),
      async close() {
        await store.close();
        await server.stop();
      },
    };
  },
  serverDiffers,
);
