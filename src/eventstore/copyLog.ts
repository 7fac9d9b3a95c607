// A log copied into another backend, event by event with its id, revision and hashes, so that it is the same log. What is there already
// is not copied again: a copy that was ended goes on where it was.
import type { Clock } from '../platform/clock.ts';
import { EVENT_CATEGORIES } from '../domain/events.ts';
import { type ChainProblem, createChainChecker } from './codec.ts';
import { type EventStore, type NewEvent, type RecordedEvent, START } from './eventStore.ts';
import { scanLog } from './scanLog.ts';

export type CopyTools = {
  readonly from: EventStore;
  readonly to: EventStore;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onProgress?: (copied: number) => void;
};

export type LogSummary = {
  readonly events: number;
  /** Chain hash of each stream's last event. */
  readonly heads: ReadonlyMap<string, string>;
  readonly revisions: ReadonlyMap<string, bigint>;
  readonly problems: readonly ChainProblem[];
};

// Half of a server's limit: the envelope around an event is not counted here.
const MOST_BYTES = 500_000;
const AT_ONCE = 32;

/** Copies what is missing and returns how many events that were. @throws ConflictError when the target holds something else */
export async function copyLog({ from, to, clock, signal, onProgress }: CopyTools): Promise<number> {
  const { revisions } = await summariseLog(to, clock, signal);
  let copied = 0;
  for await (const { events } of scanLog({ store: from, clock, signal, categories: EVENT_CATEGORIES, after: START })) {
    const missing = events.filter(({ stream, revision }) => revision > (revisions.get(stream) ?? -1n));
    const streams = groupByStream(missing);
    for (let at = 0; at < streams.length; at += AT_ONCE)
      await Promise.all(streams.slice(at, at + AT_ONCE).map((own) => appendAll(to, own)));
    copied += missing.length;
    onProgress?.(copied);
  }
  signal.throwIfAborted();
  return copied;
}

/** Counts, chains and ends of all streams of a log. */
export async function summariseLog(store: EventStore, clock: Clock, signal: AbortSignal): Promise<LogSummary> {
  const checker = createChainChecker();
  const heads = new Map<string, string>();
  const revisions = new Map<string, bigint>();
  const problems: ChainProblem[] = [];
  let events = 0;
  for await (const batch of scanLog({ store, clock, signal, categories: EVENT_CATEGORIES, after: START })) {
    for (const event of batch.events) {
      problems.push(...checker.add(event));
      heads.set(event.stream, event.metadata.chain);
      revisions.set(event.stream, event.revision);
      events += 1;
    }
  }
  signal.throwIfAborted();
  return { events, heads, revisions, problems };
}

/** In words, what is not the same in both; empty when the copy is whole. */
export function compareLogs(from: LogSummary, to: LogSummary): string[] {
  const differing = [...from.heads].filter(([stream, chain]) => to.heads.get(stream) !== chain);
  const extra = [...to.heads.keys()].filter((stream) => !from.heads.has(stream));
  return [
    ...(from.events === to.events ? [] : [`${from.events} events there, ${to.events} here`]),
    ...differing.slice(0, 20).map(([stream]) => `${stream} does not end in the same hash`),
    ...extra.slice(0, 20).map((stream) => `${stream} is in the copy only`),
    ...to.problems.slice(0, 20).map(({ stream, revision, problem }) => `${stream} ${revision}: ${problem}`),
  ];
}

function groupByStream(events: readonly RecordedEvent[]): RecordedEvent[][] {
  const streams = new Map<string, RecordedEvent[]>();
  for (const event of events) {
    const own = streams.get(event.stream);
    if (own) own.push(event);
    else streams.set(event.stream, [event]);
  }
  return [...streams.values()];
}

/** Events of one stream, in order, in appends that every backend takes. */
async function appendAll(to: EventStore, events: readonly RecordedEvent[]): Promise<void> {
  let part: RecordedEvent[] = [];
  let bytes = 0;
  const send = async (): Promise<void> => {
    const [first] = part;
    if (!first) return;
    await to.append(first.stream, part.map(toNew), first.revision === 0n ? 'none' : first.revision - 1n);
    part = [];
    bytes = 0;
  };
  for (const event of events) {
    const size = Buffer.byteLength(JSON.stringify(event.data));
    if (bytes + size > MOST_BYTES) await send();
    part.push(event);
    bytes += size;
  }
  await send();
}

function toNew({ id, type, data, metadata }: RecordedEvent): NewEvent {
  return { id, type, data, metadata };
}
