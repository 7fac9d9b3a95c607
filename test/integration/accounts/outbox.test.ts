// Changes of accounts reach admin-main once each and in order, whatever ends in between.
import { expect } from 'chai';
import { createApiKey, revokeApiKey } from '../../../src/accounts/accounts.ts';
import { drainOutbox } from '../../../src/accounts/outbox.ts';
import { ADMIN_STREAM } from '../../../src/domain/events.ts';
import { openEvent } from '../../../src/eventstore/codec.ts';
import type { EventStore } from '../../../src/eventstore/eventStore.ts';
import { createMemoryEventStore } from '../../../src/eventstore/memory.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { appendAdminActions } from '../../../workers/jobs/appendAdminActions.ts';
import { IDLE, createJobTools } from '../../support/jobs.ts';
import { useDatabase } from '../../support/postgres.ts';

async function actionsIn(store: EventStore): Promise<string[]> {
  const actions: string[] = [];
  for await (const recorded of store.readStream(ADMIN_STREAM)) {
    const event = openEvent(recorded);
    if (event.type === 'AdminActed') actions.push(event.data.action);
  }
  return actions;
}

describe('the outbox of accounts', () => {
  const database = useDatabase();
  const store = createMemoryEventStore(() => systemClock.now());
  const tools = () => createJobTools({ postgres: database.postgres, store });

  it('brings each change to admin-main once, in order', async () => {
    const { keyId } = await createApiKey(tools(), { org: 'acme', by: 'test' });
    await createApiKey(tools(), { org: 'acme', by: 'test' });
    await revokeApiKey(tools(), keyId, 'test');
    expect(await appendAdminActions.run(tools(), IDLE)).to.deep.include({ moved: 5 });
    expect(await appendAdminActions.run(tools(), IDLE)).to.deep.include({ moved: 0 });
    expect(await actionsIn(store)).to.deep.equal([
      'org_created',
      'user_created',
      'key_created',
      'key_created',
      'key_revoked',
    ]);
  });

  it('appends nothing twice after an end between the append and the mark', async () => {
    const before = await actionsIn(store);
    await createApiKey(tools(), { org: 'acme', by: 'test' });
    await appendAdminActions.run(tools(), IDLE);
    await database.postgres.query('update admin_outbox set appended_at = null');
    await appendAdminActions.run(tools(), IDLE);
    expect(await actionsIn(store)).to.deep.equal([...before, 'key_created']);
    const { rowCount } = await database.postgres.query('select from admin_outbox where appended_at is null');
    expect(rowCount).to.equal(0);
  });

  it('keeps the changes when the log does not take them', async () => {
    await createApiKey(tools(), { org: 'acme', by: 'test' });
    let thrown: unknown;
    try {
      await drainOutbox(tools(), async () => {
        throw new Error('the log is away');
      });
    } catch (error) {
      thrown = error;
    }
    expect(thrown).to.be.instanceOf(Error).with.property('message', 'the log is away');
    expect(await appendAdminActions.run(tools(), IDLE)).to.deep.include({ moved: 1 });
  });

  it('hands each change to one of several that drain at once', async () => {
    for (let count = 0; count < 5; count += 1) await createApiKey(tools(), { org: 'busy', by: 'test' });
    const seen: string[] = [];
    const drain = () => drainOutbox(tools(), async (actions) => void seen.push(...actions.map((one) => one.subjectId)));
    await Promise.all([drain(), drain(), drain()]);
    expect(seen).to.have.length(7);
    expect(new Set(seen).size).to.equal(7);
  });
});
