// Setting up with a log that cannot be used: the setting and the reason, instead of a stack.
import { expect } from 'chai';
import { createRandom, systemClock } from '../../../src/platform/clock.ts';
import { StartError } from '../../../src/platform/startError.ts';
import { setUp } from '../../../src/setup.ts';
import { openFakeEventStoreDb } from '../../support/eventStoreDbServer.ts';
import { silentLogger } from '../../support/logger.ts';
import { openTestDatabase } from '../../support/postgres.ts';
import { rejectionOf } from '../../support/rejectionOf.ts';

describe('setting up with a log that cannot be used', () => {
  let database: Awaited<ReturnType<typeof openTestDatabase>>;

  before(async () => {
    database = await openTestDatabase();
  });
  after(() => database.close());

  const setUpWith = (eventStoreUrl: string) =>
    setUp({
      databaseUrl: database.connectionString,
      eventStoreUrl,
      logger: silentLogger,
      clock: systemClock,
      random: createRandom(systemClock),
    });

  it('names the setting when nobody is there', async () => {
    const error = await rejectionOf(setUpWith('esdb://127.0.0.1:1?tls=false'));
    expect(error).to.be.instanceOf(StartError);
    expect(error.message).to.include('EVENTSTORE_URL').and.to.include('ECONNREFUSED');
  });

  it('names the setting when the server does not know us', async () => {
    const server = await openFakeEventStoreDb();
    try {
      server.behave('strict');
      const error = await rejectionOf(setUpWith(server.url));
      expect(error).to.be.instanceOf(StartError);
      expect(error.message).to.include('EVENTSTORE_URL').and.to.include('UNAUTHENTICATED');
    } finally {
      await server.stop();
    }
  });
});
