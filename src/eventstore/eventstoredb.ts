// The event log in EventStoreDB. The server knows a repeat by event ids alone and takes the same ids with other data for success,
// so what may be a repeat is read back and compared. Every call carries credentials: without them the client appends in batches
// over one shared stream, without a deadline, where one failure rejects another's append.
import {
  BACKWARDS,
  END,
  EventStoreDBClient,
  FORWARDS,
  type JSONType,
  NO_STREAM,
  START as FROM_START,
  jsonEvent,
  streamNameFilter,
} from '@eventstore/db-client';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import { sameEvents } from './codec.ts';
import {
  ConflictError,
  EventTooLargeError,
  type EventStore,
  type Expected,
  MAX_APPEND_BYTES,
  type NewEvent,
  type Position,
  type RecordedEvent,
  StoreUnavailableError,
} from './eventStore.ts';
import {
  furthest,
  isFinal,
  isOfType,
  isOurs,
  listenTo,
  readCredentials,
  type ServerPosition,
  toKnown,
  toPosition,
  toRecorded,
  toServerPosition,
  unlessAborted,
} from './eventstoredbForms.ts';
import { pause } from './followCategories.ts';
import { guardRead } from './guardRead.ts';

type Options = {
  readonly url: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Deadline of an append. */
  readonly appendWithinMs?: number;
  /** A read that gives nothing for so long while it is waited for has failed. */
  readonly readSilenceMs?: number;
};
type Appended = { revision: bigint; position: Position };
type Credentials = { readonly username: string; readonly password: string };

const DEADLINES = { appendWithinMs: 2_000, readSilenceMs: 5_000 };
/** Events older than this when they are appended come out of a spool or a retry. */
const FRESH_MS = 1_000;
const MOST_TRIES_FOR_ANY = 50;
const PAGE = 500;
const RETRY_MS = { least: 100, most: 2_000 };

/** @throws Error when the address needs credentials and has none */
export function openEventStoreDb(options: Options): EventStore {
  return new EventStoreDb(options);
}

class EventStoreDb implements EventStore {
  readonly #client: EventStoreDBClient;
  readonly #credentials: Credentials;
  readonly #options: Required<Options>;
  /** Ids whose append ended without a clear answer: the next try of them is a repeat. */
  readonly #unclear = new Set<string>();

  constructor(options: Options) {
    this.#options = { ...DEADLINES, ...options };
    this.#credentials = readCredentials(options.url);
    this.#client = EventStoreDBClient.connectionString(options.url);
  }

  async append(stream: string, events: readonly NewEvent[], expected: Expected): Promise<Appended> {
    const bytes = Buffer.byteLength(JSON.stringify(events));
    if (bytes > MAX_APPEND_BYTES)
      throw new EventTooLargeError(`an append of ${bytes} bytes to ${stream}; at most ${MAX_APPEND_BYTES} are allowed`);
    if (new Set(events.map(({ id }) => id)).size < events.length)
      throw new ConflictError(`${stream}: an event id comes twice in one append`);
    if (expected === 'any') return this.#appendAnywhere(stream, events);
    return this.#appendAt(stream, events, expected === 'none' ? 0n : expected + 1n);
  }

  async *readStream(
    stream: string,
    { from = 0n, to, backwards = false }: { from?: bigint; to?: bigint; backwards?: boolean } = {},
  ): AsyncGenerator<RecordedEvent> {
    if (to !== undefined && to < from) return;
    const reading = this.#client.readStream(stream, {
      direction: backwards ? BACKWARDS : FORWARDS,
      fromRevision: backwards ? (to ?? END) : from,
      ...(to === undefined ? {} : { maxCount: to - from + 1n }),
      requiresLeader: true,
      credentials: this.#credentials,
    });
    for await (const { event } of guardRead(reading, this.#options)) {
      if (!event || (to !== undefined && event.revision > to)) continue;
      if (event.revision < from) return;
      yield toRecorded(event);
    }
  }

  async *subscribe(
    after: Position,
    categories: readonly string[],
    signal: AbortSignal,
  ): AsyncGenerator<{ events: readonly RecordedEvent[]; position: Position }> {
    const { clock, logger } = this.#options;
    let position = after;
    let retryMs = RETRY_MS.least;
    while (!signal.aborted) {
      try {
        for await (const batch of this.#subscribeOnce(position, categories, signal)) {
          yield batch;
          ({ position } = batch);
          retryMs = RETRY_MS.least;
        }
      } catch (error) {
        if (isFinal(error)) throw error;
        logger.warn('the event log cannot be followed; trying again', { error, retryMs });
      }
      await pause(clock, retryMs, signal);
      retryMs = Math.min(retryMs * 2, RETRY_MS.most);
    }
  }

  async head(): Promise<Position | undefined> {
    let fromPosition: ServerPosition | typeof END = END;
    for (;;) {
      const options = { direction: BACKWARDS, fromPosition, maxCount: PAGE, requiresLeader: true } as const;
      const reading = this.#client.readAll({ ...options, credentials: this.#credentials });
      let last: string | undefined;
      for await (const { event } of guardRead(reading, this.#options)) {
        if (!event) continue;
        last = toPosition(event.position);
        // The server's own streams, statistics among them, begin with a dollar sign.
        if (!event.streamId.startsWith('$')) return last;
      }
      if (last === undefined) return undefined;
      fromPosition = toServerPosition(last);
    }
  }

  async close(): Promise<void> {
    await Promise.race([this.#client.dispose(), this.#options.clock.sleep(1_000)]); // streams left open hold it
  }

  async #appendAt(stream: string, events: readonly NewEvent[], start: bigint): Promise<Appended> {
    const [first] = events;
    if (!first) return this.#checkPlace(stream, start);
    const mayBeRepeat =
      this.#unclear.has(first.id) || this.#options.clock.now() - Date.parse(first.metadata.madeAt) > FRESH_MS;
    try {
      const { nextExpectedRevision, position } = await this.#client.appendToStream(stream, events.map(toServerEvent), {
        expectedRevision: start === 0n ? NO_STREAM : start - 1n,
        requiresLeader: true,
        deadline: this.#options.appendWithinMs,
        credentials: this.#credentials,
      });
      if (mayBeRepeat) return await this.#readBack(stream, events, start);
      return { revision: nextExpectedRevision, position: toPosition(position) };
    } catch (error) {
      if (isOfType(error, 'wrong-expected-version')) return this.#readBack(stream, events, start, error);
      if (isOfType(error, 'maximum-append-size-exceeded'))
        throw new EventTooLargeError(`an append to ${stream} is over the server's limit`, { cause: error });
      const known = toKnown(error);
      if (known instanceof StoreUnavailableError) this.#remember(events);
      throw known;
    }
  }

  /** The server is not idempotent for `any`: the place is looked up, and taken exactly. */
  async #appendAnywhere(stream: string, events: readonly NewEvent[]): Promise<Appended> {
    for (let attempt = 1; ; attempt++) {
      const ids = new Set(events.map(({ id }) => id));
      let tail = -1n;
      for await (const event of this.readStream(stream, { backwards: true })) {
        if (tail < 0n) ({ revision: tail } = event);
        if (ids.has(event.id)) return this.#readBack(stream, events, event.revision - BigInt(events.length - 1));
        if (tail - event.revision >= BigInt(PAGE)) break;
      }
      try {
        return await this.#appendAt(stream, events, tail + 1n);
      } catch (error) {
        if (!(error instanceof ConflictError) || attempt === MOST_TRIES_FOR_ANY) throw error;
      }
    }
  }

  async #checkPlace(stream: string, start: bigint): Promise<Appended> {
    let last: RecordedEvent | undefined;
    for await (const event of this.readStream(stream, { backwards: true })) {
      last = event;
      break;
    }
    const tail = last?.revision ?? -1n;
    if (tail !== start - 1n) throw new ConflictError(`${stream} is at revision ${tail}, not ${start - 1n}`);
    return { revision: tail, position: last?.position ?? '' };
  }

  async #readBack(stream: string, events: readonly NewEvent[], start: bigint, cause?: unknown): Promise<Appended> {
    const stored: RecordedEvent[] = [];
    const to = start + BigInt(events.length) - 1n;
    if (start >= 0n) for await (const event of this.readStream(stream, { from: start, to })) stored.push(event);
    const last = stored.at(-1);
    if (last && sameEvents(stored, events)) {
      for (const { id } of events) this.#unclear.delete(id);
      return { revision: last.revision, position: last.position };
    }
    throw new ConflictError(`${stream} does not hold these events from revision ${start} on`, { cause });
  }

  #remember(events: readonly NewEvent[]): void {
    for (const { id } of events) this.#unclear.add(id);
    // What falls out has long been older than fresh, and is read back for that.
    for (const id of this.#unclear) {
      if (this.#unclear.size <= 10_000) break;
      this.#unclear.delete(id);
    }
  }

  async *#subscribeOnce(
    after: Position,
    categories: readonly string[],
    signal: AbortSignal,
  ): AsyncGenerator<{ events: readonly RecordedEvent[]; position: Position }> {
    // Whoever has caught up has been given everything up to here, though no event of ours may be near: the server names no place
    // when it says so. Both ask the leader: a follower has caught up at an end that is behind.
    const head = await unlessAborted(this.head(), signal);
    if (signal.aborted) return;
    const subscription = this.#client.subscribeToAll(
      {
        fromPosition: after === '' ? FROM_START : toServerPosition(after),
        filter: streamNameFilter({
          prefixes: categories.map((category) => `${category}-`),
          checkpointInterval: 8,
          // Called before the events ahead of it are consumed: put behind them in their own queue.
          checkpointReached: (of, position) => void of.push({ checkpoint: position }),
        }),
        requiresLeader: true,
        credentials: this.#credentials,
      },
      { highWaterMark: PAGE },
    );
    subscription.on('caughtUp', () => {
      if (head !== undefined) subscription.push({ checkpoint: toServerPosition(head) });
    });
    const queue = listenTo(subscription, signal);
    let position = after;
    try {
      for (;;) {
        const items = await queue.take(PAGE);
        if (items.length === 0) return;
        const events = items.flatMap(({ event }) => (event && isOurs(event) ? [toRecorded(event)] : []));
        const reached = furthest(position, items);
        if (events.length === 0 && reached === position) continue;
        position = reached;
        yield { events, position };
      }
    } finally {
      queue.close();
      subscription.unsubscribe().catch((error: unknown) => {
        this.#options.logger.debug('a subscription had ended before it was closed', { error });
      });
      subscription.destroy();
    }
  }
}

function toServerEvent({ id, type, data, metadata }: NewEvent) {
  return jsonEvent({ id, type, data: data as JSONType, metadata });
}
