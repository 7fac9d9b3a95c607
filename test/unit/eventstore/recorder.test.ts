import { expect } from 'chai';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { checkChain } from '../../../src/eventstore/codec.ts';
import {
  ConflictError,
  type EventStore,
  type RecordedEvent,
  StoreUnavailableError,
} from '../../../src/eventstore/eventStore.ts';
import { createMemoryEventStore } from '../../../src/eventstore/memory.ts';
import { type Recorder, openRecorder } from '../../../src/eventstore/recorder.ts';
import { SpoolFullError, openSpool } from '../../../src/eventstore/spool.ts';
import { createRandom, systemClock } from '../../../src/platform/clock.ts';
import { createRecordingLogger } from '../../support/logger.ts';
import { alert, messageOf, sealAlerts } from '../../support/sealedEvents.ts';
import { until } from '../../support/until.ts';

type Weather = 'up' | 'down' | 'mute' | 'takes it but does not answer';

/** A store whose line to us can be cut in every way that a network can. */
function createCuttableStore() {
  const memory = createMemoryEventStore(() => 0);
  const state = { weather: 'up' as Weather };
  const store: EventStore = {
    ...memory,
    async append(stream, events, expected) {
      if (state.weather === 'down') throw new StoreUnavailableError('cut');
      if (state.weather === 'mute') return new Promise(() => {});
      // As over a network: callers in a circle must not keep timers from running.
      await nextTurn();
      const appended = await memory.append(stream, events, expected);
      return state.weather === 'up' ? appended : new Promise(() => {});
    },
  };
  return { store, state };
}

async function read(store: EventStore, stream: string): Promise<RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  for await (const event of store.readStream(stream)) events.push(event);
  return events;
}

async function failure(promise: Promise<unknown>): Promise<unknown> {
  try {
    return await promise.then(() => undefined);
  } catch (error) {
    return error;
  }
}

describe('the recorder', () => {
  let directory: string;
  let recorder: Recorder | undefined;
  let alive: Set<string>;

  async function openFor(
    store: EventStore,
    { owner = 'a', maxBytes = 1_000_000, logger = createRecordingLogger() } = {},
  ) {
    alive.add(owner);
    const spool = await openSpool({
      directory,
      owner: { name: owner, isAlive: (name) => alive.has(name) },
      maxBytes,
      clock: systemClock,
      logger,
    });
    const random = createRandom(systemClock);
    recorder = openRecorder({
      store,
      spool,
      clock: systemClock,
      random,
      logger,
      appendWithinMs: 60,
      adoptEveryMs: 20,
    });
    return recorder;
  }
  const drained = () => until(() => recorder?.status().spoolDepth === 0, { what: 'an empty spool' });

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'omni-recorder-'));
    alive = new Set();
  });
  afterEach(async () => {
    await recorder?.close();
    recorder = undefined;
    rmSync(directory, { recursive: true, force: true });
  });

  it('appends the events of a stream in order, chained, from its first on', async () => {
    const { store } = createCuttableStore();
    const { record, status } = bind(await openFor(store));
    await Promise.all([
      record('s-1', [alert('1')]),
      record('s-1', [alert('2'), alert('3')]),
      record('s-2', [alert('x')]),
    ]);
    const events = await read(store, 's-1');
    expect(events.map(messageOf)).to.deep.equal(['1', '2', '3']);
    expect(checkChain(events)).to.deep.equal([]);
    expect(status().state).to.equal('direct');
  });

  for (const weather of ['down', 'mute', 'takes it but does not answer'] as const) {
    it(`loses, doubles and reorders nothing when the log is ${weather} for a while`, async () => {
      const { store, state } = createCuttableStore();
      const { record, status } = bind(await openFor(store));
      const streams = Array.from({ length: 12 }, (_, index) => `s-${index}`);
      await Promise.all(streams.slice(0, 6).map((stream) => record(stream, [alert('1')])));
      state.weather = weather;
      await Promise.all(
        streams.map(async (stream, index) => {
          if (index >= 6) await record(stream, [alert('1')]);
          await record(stream, [alert('2')]);
        }),
      );
      expect(status()).to.include({ state: 'spooling' });
      expect(status().oldestAt).to.be.a('string');
      const late = streams.map((stream) => record(stream, [alert('3'), alert('4')]));
      state.weather = 'up';
      await Promise.all(late);
      await drained();
      for (const stream of streams) {
        const events = await read(store, stream);
        expect(events.map(messageOf)).to.deep.equal(['1', '2', '3', '4']);
        expect(checkChain(events)).to.deep.equal([]);
      }
      expect(status()).to.include({ state: 'direct', conflicts: 0, spoolBytes: 0 });
    });
  }

  it('rejects and reports itself full when neither the log nor the disk takes an event', async () => {
    const { store, state } = createCuttableStore();
    const { record, status } = bind(await openFor(store, { maxBytes: 900 }));
    state.weather = 'down';
    await record('s-1', [alert('fits')]);
    expect(await failure(record('s-2', [alert('does not')]))).to.be.instanceOf(SpoolFullError);
    expect(status().state).to.equal('full');
    state.weather = 'up';
    await drained();
    await until(() => status().state === 'direct');
    expect(await read(store, 's-2')).to.deep.equal([]);
    expect(await failure(record('s-3', [alert('again')]))).to.equal(undefined);
  });

  it('takes a conflict for what it is: never success, loud, counted and kept on disk', async () => {
    const { store, state } = createCuttableStore();
    const logger = createRecordingLogger();
    const { record, status } = bind(await openFor(store, { logger }));
    await store.append('s-1', sealAlerts(['of somebody else']), 'none');
    expect(await failure(record('s-1', [alert('direct')]))).to.be.instanceOf(ConflictError);
    expect(await failure(record('s-1', [alert('after it')]))).to.be.instanceOf(ConflictError);
    await store.append('s-2', sealAlerts(['of somebody else']), 'none');
    state.weather = 'down';
    await record('s-2', [alert('through the spool')]);
    await record('s-3', [alert('behind it')]);
    state.weather = 'up';
    await drained();
    expect(status().conflicts).to.equal(2);
    expect(logger.lines.filter(({ level }) => level === 'error')).to.have.length(2);
    expect((await read(store, 's-3')).map(messageOf)).to.deep.equal(['behind it']);
    const kept = readFileSync(join(directory, 'refused.jsonl'), 'utf8');
    expect(kept).to.include('direct').and.to.include('through the spool');
  });

  it('brings home what a dead process left, while it runs itself', async () => {
    const { store, state } = createCuttableStore();
    state.weather = 'down';
    const dying = await openFor(store, { owner: 'dying' });
    await dying.record('s-1', [alert('1')]);
    await dying.record('s-1', [alert('2')]);
    await dying.close();
    state.weather = 'up';
    await openFor(store, { owner: 'living' });
    alive.delete('dying');
    await until(async () => (await read(store, 's-1')).length === 2);
    expect((await read(store, 's-1')).map(messageOf)).to.deep.equal(['1', '2']);
  });

  it('returns from the spool to the log while requests keep coming', async () => {
    const { store, state } = createCuttableStore();
    const { record, status } = bind(await openFor(store, { maxBytes: 20_000_000 }));
    const load = { on: true };
    const callers = Array.from({ length: 40 }, async (_, caller) => {
      for (let index = 0; load.on; index++) await record(`s-${caller}-${index}`, [alert('x')]);
    });
    state.weather = 'down';
    await until(() => status().spoolDepth > 200);
    state.weather = 'up';
    await until(() => status().state === 'direct', { what: 'the way back while requests keep coming' });
    load.on = false;
    await Promise.all(callers);
    expect(status()).to.include({ state: 'direct', conflicts: 0 });
  });

  it('empties a long spool in the order of each stream', async () => {
    const { store, state } = createCuttableStore();
    const { record } = bind(await openFor(store));
    state.weather = 'down';
    await record('s-0', [alert('0')]);
    await Promise.all(Array.from({ length: 300 }, (_, index) => record(`s-${index % 7}`, [alert(String(index + 1))])));
    state.weather = 'up';
    await drained();
    for (let stream = 0; stream < 7; stream++) {
      const numbers = (await read(store, `s-${stream}`)).map((event) => Number(messageOf(event)));
      expect(numbers).to.deep.equal(numbers.toSorted((a, b) => a - b));
    }
  });
});

function bind(recorder: Recorder) {
  return {
    record: (stream: string, drafts: Parameters<Recorder['record']>[1]) => recorder.record(stream, drafts),
    status: () => recorder.status(),
  };
}
