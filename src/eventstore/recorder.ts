// Makes the events of requests durable: in the log, or, when the log does not take them in time, on disk in the spool.
// While the spool holds anything, everything of this process goes through it, so order holds. Nothing is dropped silently.
import type { Clock, Random } from '../platform/clock.ts';
import { isoTime } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import { type Draft, type StreamTail, sealEvents } from './codec.ts';
import {
  ConflictError,
  EventTooLargeError,
  type EventStore,
  type Expected,
  StoreUnavailableError,
} from './eventStore.ts';
import type { Spool, SpooledAppend } from './spool.ts';

export type RecorderStatus = { readonly spoolDepth: number; readonly spoolBytes: number; readonly conflicts: number };

export type Recorder = {
  /** The next events of a new stream of this process. Resolves when they are durable. @throws SpoolFullError or a disk error */
  record(stream: string, drafts: readonly Draft[]): Promise<void>;
  /** No more events will come for that stream. */
  forget(stream: string): void;
  status(): RecorderStatus;
  /** Waits for what is in flight; the spool stays on disk for the next start. */
  close(): Promise<void>;
};

type Options = {
  readonly store: EventStore;
  readonly spool: Spool;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** How long an append may take before its events are spooled. */
  readonly appendWithinMs?: number;
};

const DRAIN_RETRY_MS = { least: 100, most: 3_000 };

export function openRecorder(options: Options): Recorder {
  return new SpoolingRecorder(options);
}

class SpoolingRecorder implements Recorder {
  readonly #options: Required<Options>;
  readonly #streams = new Map<string, { readonly tail: StreamTail; readonly durable: Promise<void> }>();
  readonly #inFlight = new Set<Promise<void>>();
  readonly #stop = new AbortController();
  #conflicts = 0;
  #draining: Promise<void> | undefined;

  constructor(options: Options) {
    this.#options = { appendWithinMs: 2_000, ...options };
    const adopted = options.spool.adopt();
    if (adopted > 0)
      options.logger.info('took over the spool of a process that ended before it was empty', { appends: adopted });
    this.#startDraining();
  }

  async record(stream: string, drafts: readonly Draft[]): Promise<void> {
    const { random, clock } = this.#options;
    const before = this.#streams.get(stream);
    const tail = before?.tail ?? null;
    const events = sealEvents(drafts, tail, { id: () => random.uuidv7(), madeAt: isoTime(clock.now()) });
    const last = events.at(-1);
    if (!last) return;
    const expected: Expected = tail ? tail.revision : 'none';
    const durable = this.#keepAfter(before?.durable, { stream, events, expected });
    this.#streams.set(stream, {
      tail: { revision: (tail?.revision ?? -1n) + BigInt(events.length), chain: last.metadata.chain },
      durable,
    });
    this.#inFlight.add(durable);
    try {
      await durable;
    } finally {
      this.#inFlight.delete(durable);
    }
  }

  forget(stream: string): void {
    this.#streams.delete(stream);
  }

  status(): RecorderStatus {
    const { spool } = this.#options;
    return { spoolDepth: spool.depth, spoolBytes: spool.bytes, conflicts: this.#conflicts };
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#inFlight);
    this.#stop.abort();
    await this.#draining;
    this.#options.spool.close();
  }

  /** Events of one stream go one after the other: the second may not overtake a first that went to the spool. */
  async #keepAfter(before: Promise<void> | undefined, append: SpooledAppend): Promise<void> {
    await before;
    const { spool, store, clock, logger, appendWithinMs } = this.#options;
    if (spool.depth === 0) {
      try {
        await within(clock, appendWithinMs, store.append(append.stream, append.events, append.expected));
        return;
      } catch (error) {
        if (isRefusal(error)) {
          this.#onRefusal(append, error);
          throw error;
        }
        logger.warn('the event log did not take an append; it goes to the spool', { error, stream: append.stream });
      }
    }
    await spool.add(append);
    this.#startDraining();
  }

  #startDraining(): void {
    if (!this.#stop.signal.aborted && this.#options.spool.depth > 0) this.#draining ??= this.#drain();
  }

  async #drain(): Promise<void> {
    const { spool, store, clock, logger, appendWithinMs } = this.#options;
    let retryMs = DRAIN_RETRY_MS.least;
    for (let oldest = spool.peek(); oldest && !this.#stop.signal.aborted; oldest = spool.peek()) {
      try {
        await within(clock, appendWithinMs, store.append(oldest.stream, oldest.events, oldest.expected));
        spool.remove();
        retryMs = DRAIN_RETRY_MS.least;
      } catch (error) {
        if (isRefusal(error)) {
          this.#onRefusal(oldest, error);
          spool.remove();
          continue;
        }
        logger.warn('the event log does not take the spool yet', { error, depth: spool.depth });
        await pause(clock, retryMs, this.#stop.signal);
        retryMs = Math.min(retryMs * 2, DRAIN_RETRY_MS.most);
      }
    }
    this.#draining = undefined;
    // An append may have come while the last one was being removed.
    if (spool.peek()) this.#startDraining();
  }

  #onRefusal({ stream, events }: SpooledAppend, error: unknown): void {
    this.#conflicts += 1;
    this.#options.logger.error('events were refused by the log and are NOT recorded: another writer has that place', {
      error,
      stream,
      events: events.map(({ id, type }) => `${type} ${id}`),
    });
  }
}

/** A refusal is final: repeating it cannot help. */
function isRefusal(error: unknown): boolean {
  return error instanceof ConflictError || error instanceof EventTooLargeError;
}

async function within<T>(clock: Clock, ms: number, work: Promise<T>): Promise<T> {
  const over = new AbortController();
  const deadline = (async (): Promise<never> => {
    await clock.sleep(ms, over.signal);
    throw new StoreUnavailableError(`the event log did not answer within ${ms} ms`);
  })();
  try {
    return await Promise.race([work, deadline]);
  } finally {
    over.abort();
    // Whichever lost the race has nobody left to hear it: the append is repeated with the same ids.
    work.catch(() => undefined);
    deadline.catch(() => undefined);
  }
}

async function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  try {
    await clock.sleep(ms, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
