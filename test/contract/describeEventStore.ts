// What every event store must do, whatever is behind it.
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import type { EventType } from '../../src/domain/events.ts';
import { sealEvents, type StreamTail } from '../../src/eventstore/codec.ts';
import {
  ConflictError,
  EventTooLargeError,
  type EventStore,
  type NewEvent,
  type RecordedEvent,
  START,
  categoryOf,
  comparePositions,
} from '../../src/eventstore/eventStore.ts';
import { createRandom, systemClock } from '../../src/platform/clock.ts';

const random = createRandom(systemClock);
const MADE = { id: () => random.uuidv7(), madeAt: '2026-11-25T00:00:00.000Z' };

export function makeEvents(texts: readonly string[], tail: StreamTail = null): NewEvent[] {
  const drafts = texts.map((message) => ({
    type: 'AlertRaised' as const,
    data: { at: '2026-11-25T00:00:00.000Z', kind: 'test', subject: 'test', message },
  }));
  return sealEvents(drafts, tail, MADE);
}

const stream = () => `alpha-${random.uuid()}`;
const textOf = (event: Pick<RecordedEvent, 'data'>) => (event.data as { message: string }).message;

async function textsOf(events: AsyncIterable<RecordedEvent>): Promise<string[]> {
  const texts: string[] = [];
  for await (const event of events) texts.push(textOf(event));
  return texts;
}

/** Follows until `count` events have come. */
async function follow(store: EventStore, after: string, category: string, count: number) {
  const stop = new AbortController();
  const events: RecordedEvent[] = [];
  let position = after;
  for await (const batch of store.subscribe(after, [category], stop.signal)) {
    events.push(...batch.events);
    position = batch.position;
    if (events.length >= count) break;
  }
  return { events, position };
}

export type Differences = {
  /** Why this backend cannot know that an event id is used in another stream. */
  readonly idsOnlyWithinStream?: string;
  /** Why this backend takes ids that are no UUIDs. */
  readonly takesAnyId?: string;
  /** Why the newest event may be none of this suite's. */
  readonly isShared?: string;
};

export function describeEventStore(name: string, open: () => Promise<EventStore>, differs: Differences = {}): void {
  describe(`an event store: ${name}`, () => {
    let store: EventStore;
    before(async () => {
      store = await open();
    });
    after(() => store.close());

    it('gives back what was appended, in order and backwards, byte for byte', async () => {
      const at = stream();
      const events = makeEvents(['one', 'two — ✓ \u0000 \ud800 \\u0000 "zwei"', 'three']);
      expect((await store.append(at, events, 'none')).revision).to.equal(2n);
      const stored: RecordedEvent[] = [];
      for await (const event of store.readStream(at)) stored.push(event);
      expect(stored.map(({ id, type, data, metadata }) => ({ id, type, data, metadata }))).to.deep.equal(events);
      expect(stored.map(({ revision }) => revision)).to.deep.equal([0n, 1n, 2n]);
      expect(await textsOf(store.readStream(at, { backwards: true }))).to.deep.equal(
        events.map(textOfNew).toReversed(),
      );
      expect(await textsOf(store.readStream(at, { from: 1n, to: 1n }))).to.deep.equal([textOfNew(events[1])]);
    });

    it('reads an absent stream as empty', async () => {
      expect(await textsOf(store.readStream(stream()))).to.deep.equal([]);
    });

    it('refuses "none" on a stream that exists, and a revision that is not the last', async () => {
      const at = stream();
      await store.append(at, makeEvents(['one']), 'none');
      expect(await failure(store.append(at, makeEvents(['other']), 'none'))).to.be.instanceOf(ConflictError);
      expect(await failure(store.append(at, makeEvents(['gap']), 5n))).to.be.instanceOf(ConflictError);
      expect(await textsOf(store.readStream(at))).to.deep.equal(['one']);
    });

    it('lets one of two writers win', async () => {
      const at = stream();
      await store.append(at, makeEvents(['first']), 'none');
      const results = await Promise.allSettled([
        store.append(at, makeEvents(['left']), 0n),
        store.append(at, makeEvents(['right']), 0n),
      ]);
      expect(results.map(({ status }) => status).sort()).to.deep.equal(['fulfilled', 'rejected']);
    });

    it('takes a repeated append as done and other content under the same ids as a conflict', async () => {
      const at = stream();
      const events = makeEvents(['one', 'two']);
      const first = await store.append(at, events, 'none');
      expect(await store.append(at, events, 'none')).to.deep.equal(first);
      await store.append(at, makeEvents(['three']), 1n);
      expect((await store.append(at, events, 'none')).revision).to.equal(1n);
      const forged = makeEvents(['other', 'two']).map((event, index) => ({ ...event, id: events[index]?.id ?? '' }));
      expect(await failure(store.append(at, forged, 'none'))).to.be.instanceOf(ConflictError);
      if (differs.idsOnlyWithinStream === undefined)
        expect(await failure(store.append(stream(), events, 'none'))).to.be.instanceOf(ConflictError);
      expect(await textsOf(store.readStream(at))).to.deep.equal(['one', 'two', 'three']);
    });

    it('takes an event of 900 kB and refuses one over 1 MB with a clear error', async () => {
      const at = stream();
      await store.append(at, makeEvents(['x'.repeat(900_000)]), 'none');
      expect(await failure(store.append(stream(), makeEvents(['x'.repeat(1_000_001)]), 'none'))).to.be.instanceOf(
        EventTooLargeError,
      );
    });

    it('follows a category in commit order and resumes from any position', async () => {
      const category = `beta${random.bytes(4).toString('hex')}`;
      const texts = Array.from({ length: 30 }, (_, index) => `event ${index}`);
      for (const [index, text] of texts.entries()) {
        await store.append(`${category}-${index % 3}`, makeEvents([text]), 'any');
        await store.append(stream(), makeEvents(['of another category']), 'none');
      }
      const whole = await follow(store, START, category, texts.length);
      expect(whole.events.map(textOf)).to.deep.equal(texts);
      const middle = whole.events[9];
      const rest = await follow(store, middle?.position ?? '', category, 20);
      expect(rest.events.map(textOf)).to.deep.equal(texts.slice(10));
      const later = follow(store, whole.position, category, 1);
      await store.append(`${category}-0`, makeEvents(['later']), 'any');
      expect((await later).events.map(textOf)).to.deep.equal(['later']);
    });

    it('may be followed again from any position that it told, with exactly the rest', async function () {
      this.timeout(30_000);
      const category = `delta${random.bytes(4).toString('hex')}`;
      const texts = Array.from({ length: 8 }, (_, index) => `event ${index}`);
      for (const text of texts) {
        await store.append(`${category}-${text}`, makeEvents([text]), 'none');
        // So many of others in between that a backend which filters on its side tells of them.
        await store.append(stream(), makeEvents(Array.from({ length: 300 }, (_, index) => `other ${index}`)), 'none');
      }
      const end = (await store.head()) ?? START;
      const told: { position: string; seen: number }[] = [];
      let seen = 0;
      for await (const { events, position } of store.subscribe(START, [category], new AbortController().signal)) {
        seen += events.length;
        told.push({ position, seen });
        if (comparePositions(position, end) >= 0) break;
      }
      expect(seen).to.equal(texts.length);
      expect(told.map(({ position }) => position)).to.deep.equal(
        told.map(({ position }) => position).toSorted(comparePositions),
      );
      for (const { position, seen: before } of told.filter(({ seen: count }) => count < texts.length)) {
        const rest = await follow(store, position, category, texts.length - before);
        expect(rest.events.map(textOf)).to.deep.equal(texts.slice(before));
      }
    });

    it('tells where its end was to a reader for whom there is nothing', async () => {
      const { position: end } = await store.append(stream(), makeEvents(['of another category']), 'none');
      for await (const { events, position } of store.subscribe(START, ['nothing'], new AbortController().signal)) {
        expect(events).to.deep.equal([]);
        if (comparePositions(position, end) >= 0) break;
      }
    });

    it('shows a reader every event of twenty writers at once, none skipped', async () => {
      const category = `gamma${random.bytes(4).toString('hex')}`;
      const reader = follow(store, START, category, 400);
      await Promise.all(
        Array.from({ length: 20 }, async (_, writer) => {
          for (let index = 0; index < 20; index++)
            await store.append(`${category}-${writer}`, makeEvents([`${writer}:${index}`]), 'any');
        }),
      );
      const { events } = await reader;
      expect(new Set(events.map(textOf)).size).to.equal(400);
      for (let writer = 0; writer < 20; writer++) {
        const own = events
          .filter(({ stream: of }) => of === `${category}-${writer}`)
          .map(({ revision }) => Number(revision));
        expect(own).to.deep.equal(Array.from({ length: 20 }, (_, index) => index));
      }
    });

    it('does not let one refused append of many at once fail the others', async () => {
      const at = stream();
      await store.append(at, makeEvents(['first']), 'none');
      const twice = makeEvents(['same id'])[0];
      const badId = makeEvents(['no uuid']).map((event) => ({ ...event, id: 'no uuid \u0000' }));
      const results = await Promise.allSettled([
        ...Array.from({ length: 10 }, (_, index) => store.append(stream(), makeEvents([`${index}`]), 'none')),
        store.append(at, makeEvents(['late']), 'none'),
        store.append(stream(), twice ? [twice, twice] : [], 'none'),
        differs.takesAnyId === undefined
          ? store.append(stream(), badId, 'none')
          : Promise.reject(new Error(differs.takesAnyId)),
      ]);
      expect(results.map(({ status }) => status)).to.deep.equal([
        ...Array.from({ length: 10 }, () => 'fulfilled'),
        'rejected',
        'rejected',
        'rejected',
      ]);
    });

    it('takes an empty append at the right place as done and at a wrong one as a conflict', async () => {
      const at = stream();
      expect((await store.append(at, [], 'none')).revision).to.equal(-1n);
      await store.append(at, makeEvents(['one']), 'none');
      expect((await store.append(at, [], 0n)).revision).to.equal(0n);
      expect(await failure(store.append(at, [], 'none'))).to.be.instanceOf(ConflictError);
      expect(await textsOf(store.readStream(at))).to.deep.equal(['one']);
    });

    it('takes a repeat that is only partly there as a conflict', async () => {
      const at = stream();
      const events = makeEvents(['one', 'two', 'three']);
      await store.append(at, events.slice(0, 2), 'none');
      expect(await failure(store.append(at, events, 'none'))).to.be.instanceOf(ConflictError);
      expect(await textsOf(store.readStream(at))).to.deep.equal(['one', 'two']);
    });

    it('names the newest event as its head', async () => {
      const { position } = await store.append(stream(), makeEvents(['newest']), 'none');
      const head = (await store.head()) ?? START;
      if (differs.isShared === undefined) expect(head).to.equal(position);
      expect(comparePositions(head, position)).to.be.at.least(0);
      expect(comparePositions(START, position)).to.be.below(0);
    });

    it('gives an event of a type that only a newer release knows like any other', async () => {
      const [at, named] = [await store.head(), stream()];
      const [before, unknown, behind] = makeEvents(['before', 'unknown', 'behind']);
      if (!before || !unknown || !behind) throw new Error('no events');
      // Its digest is not looked at on the way: an older release can neither check nor open it, but has to see that it is there.
      await store.append(named, [before, { ...unknown, type: 'RequestPondered' as EventType }, behind], 'none');
      const types: string[] = [];
      const stop = new AbortController();
      for await (const { events } of store.subscribe(at ?? START, [categoryOf(named)], stop.signal)) {
        types.push(...events.filter((event) => event.stream === named).map(({ type }) => type));
        if (types.length >= 3) break;
      }
      expect(types).to.deep.equal(['AlertRaised', 'RequestPondered', 'AlertRaised']);
      const read = [];
      for await (const event of store.readStream(named)) read.push(event.type);
      expect(read).to.deep.equal(types);
    });

    it('names the same position of an event whether it is followed or read from its stream', async () => {
      const [at, named] = [await store.head(), stream()];
      await store.append(named, makeEvents(['a', 'b']), 'none');
      const followed: string[] = [];
      for await (const { events } of store.subscribe(at ?? START, [categoryOf(named)], new AbortController().signal)) {
        followed.push(...events.filter((event) => event.stream === named).map(({ position }) => position));
        if (followed.length >= 2) break;
      }
      const read: string[] = [];
      for await (const { position } of store.readStream(named)) read.push(position);
      expect(read).to.deep.equal(followed);
    });

    it('ends a subscription when it is aborted', async () => {
      const stop = new AbortController();
      const ended = (async () => {
        for await (const batch of store.subscribe(START, ['nothing'], stop.signal)) void batch;
        return 'ended';
      })();
      stop.abort();
      expect(await ended).to.equal('ended');
    });
  });
}

function textOfNew(event: NewEvent | undefined): string {
  if (!event) throw new Error('no event');
  return (event.data as { message: string }).message;
}

async function failure(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('it did not fail');
}
