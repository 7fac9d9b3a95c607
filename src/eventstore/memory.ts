// The event log in memory: the reference that the contract suite compares the real backends with.
import { sameEvents } from './codec.ts';
import {
  ConflictError,
  EventTooLargeError,
  type EventStore,
  type Expected,
  MAX_APPEND_BYTES,
  type NewEvent,
  type RecordedEvent,
  categoryOf,
} from './eventStore.ts';

type Streams = Map<string, RecordedEvent[]>;

export function createMemoryEventStore(now: () => number): EventStore {
  const log: RecordedEvent[] = [];
  const streams: Streams = new Map();
  const usedIds = new Set<string>();
  const waiting = new Set<() => void>();

  const append = async (stream: string, events: readonly NewEvent[], expected: Expected) => {
    if (Buffer.byteLength(JSON.stringify(events)) > MAX_APPEND_BYTES) throw new EventTooLargeError(stream);
    const present = streams.get(stream) ?? [];
    const start = expected === 'none' ? 0 : expected === 'any' ? present.length : Number(expected) + 1;
    const there = present.slice(start, start + events.length);
    if (there.length > 0 || start !== present.length) {
      if (events.length === 0 || !sameEvents(there, events))
        throw new ConflictError(`${stream} is at revision ${present.length - 1}`);
      return { revision: BigInt(start + events.length - 1), position: there.at(-1)?.position ?? '' };
    }
    const ids = new Set(events.map(({ id }) => id));
    if (ids.size < events.length || events.some(({ id }) => usedIds.has(id)))
      throw new ConflictError(`${stream}: an event id is used already`);
    for (const [index, event] of events.entries()) {
      const revision = BigInt(start + index);
      const recorded = {
        ...structuredClone(event),
        stream,
        revision,
        position: String(log.length + 1),
        recordedAt: new Date(now()),
      };
      log.push(recorded);
      usedIds.add(event.id);
      present.push(recorded);
    }
    streams.set(stream, present);
    for (const wake of waiting) wake();
    return { revision: BigInt(present.length - 1), position: String(log.length) };
  };

  return {
    append,
    readStream: (stream, options) => readMemory(streams, stream, options),
    subscribe: (after, categories, signal) => follow(log, waiting, after, categories, signal),
    head: async () => log.at(-1)?.position,
    close: async () => {},
  };
}

async function* readMemory(
  streams: Streams,
  stream: string,
  options: { from?: bigint; to?: bigint; backwards?: boolean } = {},
) {
  const { from = 0n, to, backwards = false } = options;
  const events = (streams.get(stream) ?? []).filter(
    (event) => event.revision >= from && (to === undefined || event.revision <= to),
  );
  yield* backwards ? events.toReversed() : events;
}

async function* follow(
  log: readonly RecordedEvent[],
  waiting: Set<() => void>,
  after: string,
  categories: readonly string[],
  signal: AbortSignal,
) {
  let position = Number(after || '0');
  while (!signal.aborted) {
    const events = log.slice(position, position + 500);
    if (events.length > 0) {
      position += events.length;
      yield {
        events: events.filter(({ stream }) => categories.includes(categoryOf(stream))),
        position: String(position),
      };
    } else {
      await new Promise<void>((resolve) => {
        const wake = () => {
          waiting.delete(wake);
          signal.removeEventListener('abort', wake);
          resolve();
        };
        waiting.add(wake);
        signal.addEventListener('abort', wake);
      });
    }
  }
}
