// Proves the adapter against a loopback server that answers as EventStoreDB was measured to; the contract suite also runs on a
// real one.
import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import {
  ConflictError,
  type EventStore,
  type NewEvent,
  type RecordedEvent,
  START,
  StoreUnavailableError,
} from '../../../src/eventstore/eventStore.ts';
import { openEventStoreDb } from '../../../src/eventstore/eventstoredb.ts';
import { isoTime, systemClock } from '../../../src/platform/clock.ts';
import {
  type FakeEventStoreDb,
  type ServerWorld,
  createServerWorld,
  openFakeEventStoreDb,
} from '../../support/eventStoreDbServer.ts';
import { silentLogger } from '../../support/logger.ts';
import { messageOf, sealAlerts } from '../../support/sealedEvents.ts';
import { until } from '../../support/until.ts';

/** As a recorder makes them: so young that the adapter need not think of a repeat. */
function fresh(messages: readonly string[]): NewEvent[] {
  const madeAt = isoTime(systemClock.now() + 60_000);
  return sealAlerts(messages).map((event) => ({ ...event, metadata: { ...event.metadata, madeAt } }));
}

async function messagesOf(events: AsyncIterable<RecordedEvent>): Promise<string[]> {
  const messages: string[] = [];
  for await (const event of events) messages.push(messageOf(event));
  return messages;
}

/** All but what the server writes for itself. */
function storedIn({ log }: ServerWorld) {
  return log.filter(({ stream }) => !stream.startsWith('$'));
}

async function failure(promise: Promise<unknown>): Promise<unknown> {
  try {
    return await promise.then(() => undefined);
  } catch (error) {
    return error;
  }
}

describe('the event log in EventStoreDB, on a loopback server', () => {
  let server: FakeEventStoreDb;
  let store: EventStore;

  beforeEach(async () => {
    server = await openFakeEventStoreDb();
    store = openEventStoreDb({
      url: server.url,
      clock: systemClock,
      logger: silentLogger,
      appendWithinMs: 250,
      readSilenceMs: 250,
    });
  });
  afterEach(async () => {
    await store.close();
    await server.stop();
  });

  it('gives up at its deadline when the server is mute, on appends, reads and the head alike', async () => {
    server.behave('mute');
    const outcomes = await Promise.all([
      failure(store.append('mute-1', fresh(['x']), 'none')),
      failure(messagesOf(store.readStream('mute-1'))),
      failure(store.head()),
    ]);
    for (const outcome of outcomes) expect(outcome).to.be.instanceOf(StoreUnavailableError);
  });

  it('counts an append once that was stored without an answer and then repeated', async () => {
    const events = fresh(['one', 'two']);
    server.behave('deaf');
    expect(await failure(store.append('deaf-1', events, 'none'))).to.be.instanceOf(StoreUnavailableError);
    server.behave('well');
    expect((await store.append('deaf-1', events, 'none')).revision).to.equal(1n);
    expect(await messagesOf(store.readStream('deaf-1'))).to.deep.equal(['one', 'two']);
  });

  it('does not believe the server that other data under the same ids are a success', async () => {
    const events = fresh(['mine']);
    server.behave('deaf');
    await failure(store.append('forged-1', events, 'none'));
    server.behave('well');
    const forged = fresh(['other']).map((event) => ({ ...event, id: events[0]?.id ?? '' }));
    expect(await failure(store.append('forged-1', forged, 'none'))).to.be.instanceOf(ConflictError);
  });

  it('takes a repeat of an "any" append as done', async () => {
    await store.append('any-1', fresh(['first']), 'any');
    const events = fresh(['second', 'third']);
    const done = await store.append('any-1', events, 'any');
    await store.append('any-1', fresh(['fourth']), 'any');
    expect(await store.append('any-1', events, 'any')).to.deep.equal(done);
    expect(await messagesOf(store.readStream('any-1'))).to.deep.equal(['first', 'second', 'third', 'fourth']);
  });

  it('follows on without gap or repeat when the server ends its subscription', async () => {
    const stop = new AbortController();
    const seen: string[] = [];
    const following = (async () => {
      for await (const { events } of store.subscribe(START, ['slow'], stop.signal)) seen.push(...events.map(messageOf));
    })();
    for (let index = 0; index < 3; index++) {
      await store.append(`slow-${index}`, fresh([String(index)]), 'none');
      await until(() => seen.length === index + 1 && server.subscriptions === 1);
      server.endSubscriptions();
    }
    await store.append('slow-3', fresh(['3']), 'none');
    await until(() => seen.length === 4);
    stop.abort();
    await following;
    expect(seen).to.deep.equal(['0', '1', '2', '3']);
  });

  it('moves its position past events of others, and never past one that is still to be given', async () => {
    for (let index = 0; index < 60; index++)
      await store.append(`${index % 10 === 0 ? 'mine' : 'others'}-${index}`, fresh([String(index)]), 'none');
    const batches: { seen: string[]; position: string }[] = [];
    const seen: string[] = [];
    for await (const { events, position } of store.subscribe(START, ['mine'], new AbortController().signal)) {
      seen.push(...events.map(messageOf));
      batches.push({ seen: [...seen], position });
      if (seen.length === 6) break;
    }
    // Whoever starts again at any of these positions sees exactly the rest.
    for (const batch of batches.slice(0, -1)) {
      const rest: string[] = [];
      for await (const { events } of store.subscribe(batch.position, ['mine'], new AbortController().signal)) {
        rest.push(...events.map(messageOf));
        if (rest.length + batch.seen.length >= 6) break;
      }
      expect([...batch.seen, ...rest]).to.deep.equal(['0', '10', '20', '30', '40', '50']);
    }
    expect(seen).to.have.length(6);
  });

  it('answers that it is unavailable when the server is gone', async () => {
    await server.stop();
    expect(await failure(store.append('gone-1', fresh(['x']), 'none'))).to.be.instanceOf(StoreUnavailableError);
    expect(await failure(messagesOf(store.readStream('gone-1')))).to.be.instanceOf(StoreUnavailableError);
  });

  it('passes over what others write, even in streams whose names begin like ours', async () => {
    const client = EventStoreDBClient.connectionString(server.url);
    const foreign = jsonEvent({ type: 'SomethingElse', data: { of: 'others' } });
    await client.appendToStream('admin-theirs', foreign, { credentials: { username: 'a', password: 'b' } });
    await client.dispose();
    await store.append('admin-main', fresh(['ours']), 'none');
    for await (const { events } of store.subscribe(START, ['admin'], new AbortController().signal)) {
      if (events.length === 0) continue;
      expect(events.map(messageOf)).to.deep.equal(['ours']);
      break;
    }
  });

  it('goes on when its server is killed and comes back, mid-append and mid-subscription, without gap or repeat', async () => {
    const world = createServerWorld();
    let own = await openFakeEventStoreDb({ world });
    const { port } = own;
    const log = openEventStoreDb({ url: own.url, clock: systemClock, logger: silentLogger, appendWithinMs: 400 });
    const stop = new AbortController();
    const seen: string[] = [];
    const following = (async () => {
      for await (const { events } of log.subscribe(START, ['killed'], stop.signal)) seen.push(...events.map(messageOf));
    })();
    try {
      for (let round = 0; round < 3; round++) {
        const events = fresh([`round ${round}`]);
        // Stored, but the answer is lost with the server.
        own.behave('deaf');
        const lost = failure(log.append(`killed-${round}`, events, 'none'));
        await until(() => storedIn(world).length === round + 1);
        await own.stop();
        expect(await lost).to.be.instanceOf(StoreUnavailableError);
        own = await openFakeEventStoreDb({ world, port });
        await until(async () => (await failure(log.append(`killed-${round}`, events, 'none'))) === undefined);
      }
      await until(() => seen.length === 3);
      expect(seen).to.deep.equal(['round 0', 'round 1', 'round 2']);
      expect(storedIn(world)).to.have.length(3);
    } finally {
      stop.abort();
      await following;
      await log.close();
      await own.stop();
    }
  });

  it('finds the leader of a cluster by discovery, and the next one when that is killed', async function () {
    this.timeout(30_000);
    const world = createServerWorld();
    const nodes: { server: FakeEventStoreDb; alive: boolean }[] = [];
    const leader = () => nodes.findIndex(({ alive }) => alive);
    const members = () =>
      nodes.map(({ server: node, alive }, index) => ({ port: node.port, alive, leader: index === leader() }));
    for (let n = 0; n < 3; n++) nodes.push({ server: await openFakeEventStoreDb({ world, members }), alive: true });
    const seeds = nodes.map(({ server: node }) => `127.0.0.1:${node.port}`).join(',');
    const url = `esdb://${seeds}?tls=false`;
    const log = openEventStoreDb({ url, clock: systemClock, logger: silentLogger, appendWithinMs: 1_000 });
    const stop = new AbortController();
    const seen: string[] = [];
    const following = (async () => {
      for await (const { events } of log.subscribe(START, ['led'], stop.signal)) seen.push(...events.map(messageOf));
    })();
    try {
      for (let round = 0; round < 3; round++) {
        const events = fresh([`leader ${round}`]);
        await until(async () => (await failure(log.append(`led-${round}`, events, 'none'))) === undefined, {
          within: 8_000,
          what: `an append to leader ${round}`,
        });
        await until(() => seen.length === round + 1, { within: 8_000, what: `the event of leader ${round}` });
        const node = nodes[leader()];
        if (round < 2 && node) {
          node.alive = false;
          await node.server.stop();
        }
      }
      expect(seen).to.deep.equal(['leader 0', 'leader 1', 'leader 2']);
    } finally {
      stop.abort();
      await following;
      await log.close();
      for (const { server: node } of nodes) await node.stop();
    }
  });
});
