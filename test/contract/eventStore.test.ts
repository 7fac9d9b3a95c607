import { createMemoryEventStore } from '../../src/eventstore/memory.ts';
import { openPostgresEventStore } from '../../src/eventstore/postgres.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { silentLogger } from '../support/logger.ts';
import { openTestDatabase } from '../support/postgres.ts';
import { describeEventStore } from './describeEventStore.ts';

describeEventStore('memory', async () => createMemoryEventStore(() => systemClock.now()));

describeEventStore('Postgres', async () => {
  const database = await openTestDatabase();
  const store = openPostgresEventStore({ postgres: database.postgres, clock: systemClock, logger: silentLogger });
  return {
    ...store,
    async close() {
      await store.close();
      await database.close();
    },
  };
});
