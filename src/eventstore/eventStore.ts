// The contract of the event log. Backends: memory (tests), Postgres, EventStoreDB; one contract suite runs over all.
import type { EventType } from '../domain/events.ts';

/** Opaque: only the backend that made it reads it. */
export type Position = string;

/** Negative, zero or positive as `a` is before, at or after `b` in the same log. */
export function comparePositions(a: Position, b: Position): number {
  const [left, right] = [numbersOf(a), numbersOf(b)];
  for (const place of [0, 1] as const) {
    if (left[place] !== right[place]) return left[place] < right[place] ? -1 : 1;
  }
  return 0;
}

/** Every backend's begins with a whole number that grows; EventStoreDB's has a second one, lower before an event than at it. */
function numbersOf(position: Position): [bigint, bigint] {
  const [first = '', second = '0'] = position.split('/');
  return first === '' ? [-1n, 0n] : [BigInt(first), BigInt(second)];
}

/** Before the first event. */
export const START: Position = '';

export type EventMetadata = {
  /** Version of the event's schema. */
  readonly version: number;
  /** ISO time at which the event was made (not when it was stored). */
  readonly madeAt: string;
  /** SHA-256 over the event's canonical content, hex. */
  readonly digest: string;
  /** SHA-256 over predecessor's `chain` and `digest`: a chain per stream, hex. */
  readonly chain: string;
};

/** A sealed event, ready to be appended: made once, its id and hashes travel with it through spool and retries. */
export type NewEvent = {
  readonly id: string;
  readonly type: EventType;
  readonly data: unknown;
  readonly metadata: EventMetadata;
};

export type RecordedEvent = NewEvent & {
  readonly stream: string;
  readonly revision: bigint;
  readonly position: Position;
  readonly recordedAt: Date;
};

export type Expected = 'none' | 'any' | bigint;

export interface EventStore {
  /**
   * Appends all or nothing. The same ids with the same digests at the same place are done, not a conflict.
   * @throws ConflictError when the stream is elsewhere, or the same id or revision holds another digest
   * @throws EventTooLargeError when the append is over 1 MB
   * @throws StoreUnavailableError when the store cannot be reached or did not answer in time
   */
  append(
    stream: string,
    events: readonly NewEvent[],
    expected: Expected,
  ): Promise<{ revision: bigint; position: Position }>;
  /** Events of one stream in order; `from` and `to` are inclusive revisions. An absent stream is empty. */
  readStream(
    stream: string,
    options?: { from?: bigint; to?: bigint; backwards?: boolean },
  ): AsyncIterable<RecordedEvent>;
  /** Events of these categories in commit order after a position (`START` = all); never ends by itself. The position may move without events. */
  subscribe(
    after: Position,
    categories: readonly string[],
    signal: AbortSignal,
  ): AsyncIterable<{ events: readonly RecordedEvent[]; position: Position }>;
  /** Position of the newest event, to tell a lag; undefined when the log is empty. */
  head(): Promise<Position | undefined>;
  /** False for a position that another kind of backend made: after a move to another log. */
  owns?(position: Position): boolean;
  /** Where a backend can count without reading: events of these categories behind a position, at most that many. */
  countAfter?(after: Position, categories: readonly string[], most: number): Promise<number>;
  close(): Promise<void>;
}

/** The limit of an EventStoreDB server, kept by every backend so that a log can move between them. */
export const MAX_APPEND_BYTES = 1_000_000;

export class ConflictError extends Error {
  override readonly name = 'ConflictError';
}
export class EventTooLargeError extends Error {
  override readonly name = 'EventTooLargeError';
}
export class StoreUnavailableError extends Error {
  override readonly name = 'StoreUnavailableError';
}

/** `request-<uuid>` → `request`. */
export function categoryOf(stream: string): string {
  const dash = stream.indexOf('-');
  return dash < 0 ? stream : stream.slice(0, dash);
}
