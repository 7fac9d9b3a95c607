// Makes the events of requests durable: in the log, or, when the log does not take them in time, on disk in the spool.
// While the spool holds anything, everything of this process goes through it, so order holds. Nothing is dropped silently.
import type { Clock, Random } from '../platform/clock.ts';
import { isoTime } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import { type Draft, type StreamTail, sealEvents } from './codec.ts';
import { drainSpool } from './drainSpool.ts';
import { type EventStore, type Expected, StoreUnavailableError } from './eventStore.ts';
import { pause } from './followCategories.ts';
import type { Spool } from './spool.ts';
import type { SpooledAppend } from './spoolRecord.ts';
import { isRefusal } from './refusal.ts';

export type RecorderStatus = {
  readonly spoolDepth: number;
  readonly spoolBytes: number;
  /** When the oldest waiting event was made, ISO. */
  readonly oldestAt: string | undefined;
  /** `direct`: the log takes all. `spooling`: the disk holds some. `full`: the last that came found no place, new requests must not. */
  readonly state: 'direct' | 'spooling' | 'full';
  /** Appends that the log refused for ever since the start. */
  readonly conflicts: number;
  /** Damaged spool segments that were set aside. */
  readonly damaged: number;
};

export type Recorder = {
  /** The next events of a new stream of this process. Resolves when they are durable. @throws SpoolFullError or a disk error */
  record(stream: string, drafts: readonly Draft[]): Promise<void>;
  /** No more events will come for that stream. */
  forget(stream: string): void;
  status(): RecorderStatus;
  /** Waits for what is in flight; the spool stays on disk for the next start. */
  close(): Promise<void>;
};

export type RecorderOptions = {
  readonly store: EventStore;
  readonly spool: Spool;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Whether every event is held to its schema before it is recorded; tests do. */
  readonly checkEvents?: boolean;
  /** How long an append may take before its events are spooled. */
  readonly appendWithinMs?: number;
  /** How often folders of dead owners are looked for. */
  readonly adoptEveryMs?: number;
};

/** Fewer than this in a spool that is being emptied: new appends wait for its end; with more, for the drain's next step. */
const NEARLY_EMPTY = 128;

export function openRecorder(options: RecorderOptions): Recorder {
  return new SpoolingRecorder(options);
}

class SpoolingRecorder implements Recorder {
  readonly #options: Required<RecorderOptions>;
  readonly #streams = new Map<string, { readonly tail: StreamTail; readonly durable: Promise<void> }>();
  readonly #inFlight = new Set<Promise<void>>();
  readonly #stop = new AbortController();
  readonly #adopting: Promise<void>;
  #conflicts = 0;
  #full = false;
  /** The drain's last look found the log taking appends. */
  #taking = false;
  #waiting: (() => void)[] = [];
  #draining: Promise<void> | undefined;

  constructor(options: RecorderOptions) {
    this.#options = { appendWithinMs: 2_000, adoptEveryMs: 5_000, checkEvents: false, ...options };
    this.#startDraining();
    this.#adopting = this.#adopt();
  }

  async record(stream: string, drafts: readonly Draft[]): Promise<void> {
    const { random, clock, checkEvents } = this.#options;
    const before = this.#streams.get(stream);
    const tail = before?.tail ?? null;
    const events = sealEvents(drafts, tail, {
      id: () => random.uuidv7(),
      madeAt: isoTime(clock.now()),
      check: checkEvents,
    });
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
    const { depth, bytes, oldestAt, damaged } = this.#options.spool;
    const state = this.#full ? 'full' : depth > 0 ? 'spooling' : 'direct';
    return { spoolDepth: depth, spoolBytes: bytes, oldestAt, state, conflicts: this.#conflicts, damaged };
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#inFlight);
    this.#stop.abort();
    await this.#draining;
    await this.#adopting;
    await this.#options.spool.close();
  }

  /** Events of one stream go one after the other: the second may not overtake a first that went to the spool. */
  async #keepAfter(before: Promise<void> | undefined, append: SpooledAppend): Promise<void> {
    await before;
    const { spool, logger } = this.#options;
    // Or under load more would come in than goes out, and the way back to the log would never open.
    if (this.#taking && spool.depth > 0) await this.#drainStep();
    if (spool.depth === 0) {
      try {
        await this.#append(append);
        return;
      } catch (error) {
        if (isRefusal(error)) {
          await this.#onRefusal(append, error);
          throw error;
        }
        logger.warn('the event log did not take an append; it goes to the spool', { error, stream: append.stream });
      }
    }
    await this.#addToSpool(append);
    this.#startDraining();
  }

  async #addToSpool(append: SpooledAppend): Promise<void> {
    try {
      await this.#options.spool.add(append);
      this.#full = false;
    } catch (error) {
      this.#full = true;
      this.#options.logger.error('events found no place in the spool and are NOT recorded', {
        error,
        stream: append.stream,
      });
      throw error;
    }
  }

  async #append({ stream, events, expected }: SpooledAppend): Promise<void> {
    const { store, appendWithinMs } = this.#options;
    await within(appendWithinMs, store.append(stream, events, expected));
  }

  #startDraining(): void {
    const { spool, clock, logger } = this.#options;
    if (this.#stop.signal.aborted || spool.depth === 0) return;
    this.#draining ??= (async () => {
      await drainSpool({
        spool,
        clock,
        logger,
        signal: this.#stop.signal,
        append: (append) => this.#append(append),
        onRefusal: (append, error) => this.#onRefusal(append, error),
        onProgress: (taking) => {
          this.#taking = taking;
          if (!taking || spool.depth >= NEARLY_EMPTY) this.#release();
        },
      });
      this.#draining = undefined;
      this.#taking = false;
      this.#release();
      if (spool.depth === 0) this.#full = false;
      // One may have come between the last look and now.
      this.#startDraining();
    })();
  }

  /** Resolves after the next step of a long drain, at the end of a short one, or when the log stops taking it. */
  #drainStep(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #release(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  async #adopt(): Promise<void> {
    const { spool, clock, logger, adoptEveryMs } = this.#options;
    while (!this.#stop.signal.aborted) {
      try {
        const appends = await spool.adopt();
        if (appends > 0) logger.info('took over the spool of a process that ended before it was empty', { appends });
        this.#startDraining();
      } catch (error) {
        logger.error('the spools of other processes could not be looked at', { error });
      }
      await pause(clock, adoptEveryMs, this.#stop.signal);
    }
  }

  async #onRefusal(append: SpooledAppend, error: unknown): Promise<void> {
    const { logger, spool } = this.#options;
    this.#conflicts += 1;
    logger.error('events were refused by the log and are NOT in it: another writer has that place', {
      error,
      stream: append.stream,
      events: append.events.map(({ id, type }) => `${type} ${id}`),
    });
    try {
      await spool.keepRefused(append, error instanceof Error ? error.message : 'refused');
    } catch (cause) {
      logger.error('refused events could not be kept on disk', { error: cause, stream: append.stream });
    }
  }
}

function within<T>(ms: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const over = setTimeout(
      () => reject(new StoreUnavailableError(`the event log did not answer within ${ms} ms`)),
      ms,
    );
    // What comes after the time is over has nobody left to hear it: the append is repeated with the same ids.
    work.then(resolve, reject).finally(() => clearTimeout(over));
  });
}
