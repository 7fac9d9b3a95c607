// Reading a log from a position to its present end, once: for audits, copies and counts. A subscription alone never ends.
import type { Clock } from '../platform/clock.ts';
import type { EventStore, Position, RecordedEvent } from './eventStore.ts';

export type Scanned = { readonly events: readonly RecordedEvent[]; readonly position: Position };

type ScanOptions = {
  readonly store: Pick<EventStore, 'subscribe' | 'head'>;
  readonly clock: Clock;
  readonly categories: readonly string[];
  readonly after: Position;
  readonly signal?: AbortSignal;
  /** A log that says nothing for so long has been read to its end: its newest event may be none of ours. */
  readonly silentMs?: number;
};

const SILENT_MS = 2_000;

/** Everything that was in the log when it was called, perhaps a little more; then it ends. */
export async function* scanLog(options: ScanOptions): AsyncGenerator<Scanned> {
  const { store, clock, categories, after, silentMs = SILENT_MS } = options;
  const head = await store.head();
  if (head === undefined || head === after) return;
  const startedAt = clock.now();
  const over = new AbortController();
  const stop = () => over.abort();
  options.signal?.addEventListener('abort', stop, { once: true });
  // While a batch is being worked on the log cannot speak: that is no silence.
  const state = { heard: 0, working: false };
  const watch = (async () => {
    for (let seen = -1; !over.signal.aborted && (state.working || seen !== state.heard);) {
      seen = state.heard;
      await pause(clock, silentMs, over.signal);
    }
    over.abort();
  })();
  try {
    for await (const batch of store.subscribe(after, categories, over.signal)) {
      state.heard += 1;
      state.working = true;
      yield batch;
      state.working = false;
      if (batch.position === head || options.signal?.aborted) return;
      // Under load the end moves on; what was stored after the start is past it.
      if ((batch.events.at(-1)?.recordedAt.getTime() ?? 0) > startedAt) return;
    }
  } finally {
    options.signal?.removeEventListener('abort', stop);
    over.abort();
    await watch;
  }
}

/** How many events wait behind a position; at most `most` are counted. */
export async function countAfter(
  store: EventStore,
  { clock, after, categories, most }: { clock: Clock; after: Position; categories: readonly string[]; most: number },
): Promise<number> {
  if (store.countAfter) return await store.countAfter(after, categories, most);
  let count = 0;
  for await (const { events } of scanLog({ store, clock, categories, after, silentMs: 300 })) {
    count += events.length;
    if (count >= most) return most;
  }
  return count;
}

async function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  try {
    await clock.sleep(ms, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
