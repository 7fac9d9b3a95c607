// Reading a log from a position to its present end, once: for audits, copies and counts. A subscription alone never ends, so the end is
// where the log's newest event was at the start: a backend moves a subscription's position there although no event of ours is left.
import type { Clock } from '../platform/clock.ts';
import {
  type EventStore,
  type Position,
  type RecordedEvent,
  StoreUnavailableError,
  comparePositions,
} from './eventStore.ts';

export type Scanned = { readonly events: readonly RecordedEvent[]; readonly position: Position };

type ScanOptions = {
  readonly store: Pick<EventStore, 'subscribe' | 'head'>;
  readonly clock: Clock;
  readonly categories: readonly string[];
  readonly after: Position;
  readonly signal?: AbortSignal;
  /** A log that says nothing for so long, before its end was reached, cannot be read: its server hangs, or is gone for long. */
  readonly silentMs?: number;
};

/** A server that is started again is waited for. */
const SILENT_MS = 60_000;

/**
 * Everything that was in the log when it was called, perhaps a little more; then it ends. Aborted, it ends where it is.
 * @throws StoreUnavailableError when the log stays silent before its end: silence alone is never taken for the end
 */
export async function* scanLog(options: ScanOptions): AsyncGenerator<Scanned> {
  const { store, clock, categories, after, silentMs = SILENT_MS } = options;
  const head = await store.head();
  if (head === undefined || comparePositions(after, head) >= 0) return;
  const over = new AbortController();
  const stop = () => over.abort();
  options.signal?.addEventListener('abort', stop, { once: true });
  // While a batch is being worked on the log cannot speak: that is no silence.
  const state = { heard: 0, working: false, silent: false };
  const watch = (async () => {
    for (let seen = -1; !over.signal.aborted && (state.working || seen !== state.heard);) {
      seen = state.heard;
      await pause(clock, silentMs, over.signal);
    }
    state.silent = !over.signal.aborted;
    over.abort();
  })();
  try {
    for await (const batch of store.subscribe(after, categories, over.signal)) {
      state.heard += 1;
      state.working = true;
      yield batch;
      state.working = false;
      if (comparePositions(batch.position, head) >= 0 || options.signal?.aborted) return;
    }
  } finally {
    options.signal?.removeEventListener('abort', stop);
    over.abort();
    await watch;
  }
  if (options.signal?.aborted) return;
  const how = state.silent ? `stayed silent for ${silentMs / 1_000} s` : 'ended its subscription';
  throw new StoreUnavailableError(`the event log ${how} before its end was reached`);
}

/** How many events wait behind a position; at most `most` are counted. */
export async function countAfter(
  store: EventStore,
  { most, ...scan }: Omit<ScanOptions, 'store' | 'silentMs'> & { readonly most: number },
): Promise<number> {
  if (store.countAfter) return await store.countAfter(scan.after, scan.categories, most);
  let count = 0;
  for await (const { events } of scanLog({ store, ...scan })) {
    count += events.length;
    if (count >= most) return most;
  }
  return count;
}

/** Whether an event of these categories waits behind a position and was there when the log ended at `upTo`. */
export async function isBehind(
  store: EventStore,
  { upTo, ...scan }: Omit<ScanOptions, 'store' | 'silentMs'> & { readonly upTo: Position },
): Promise<boolean> {
  if (comparePositions(scan.after, upTo) >= 0) return false;
  if (store.countAfter && (await store.countAfter(scan.after, scan.categories, 1)) === 0) return false;
  for await (const { events, position } of scanLog({ store, ...scan })) {
    if (events.some((event) => comparePositions(event.position, upTo) <= 0)) return true;
    if (comparePositions(position, upTo) >= 0) return false;
  }
  return false;
}

async function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  try {
    await clock.sleep(ms, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
