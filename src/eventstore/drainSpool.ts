// Empties the spool into the event log, oldest first, many streams at a time and each stream in its own order, with backoff while
// the log does not answer. An append that is repeated because it was cut short carries the same ids and counts once.
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import { pause } from './followCategories.ts';
import { isRefusal } from './refusal.ts';
import type { Spool } from './spool.ts';
import type { SpooledAppend } from './spoolRecord.ts';

export type DrainOptions = {
  readonly spool: Spool;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  readonly append: (append: SpooledAppend) => Promise<void>;
  readonly onRefusal: (append: SpooledAppend, error: unknown) => Promise<void>;
  /** Told after each look whether the log takes appends now. */
  readonly onProgress: (taking: boolean) => void;
};

const AT_ONCE = 256;
const RETRY_MS = { least: 100, most: 3_000 };

/** Resolves when the spool is empty or the signal is aborted; never rejects. */
export async function drainSpool(options: DrainOptions): Promise<void> {
  const { spool, clock, logger, signal, onProgress } = options;
  let retryMs = RETRY_MS.least;
  while (!signal.aborted) {
    let failure: unknown;
    try {
      // One alone finds out whether the log is back.
      const batch = await spool.peek(retryMs === RETRY_MS.least ? AT_ONCE : 1);
      if (batch.length === 0) return;
      const done = new Set<SpooledAppend>();
      failure = await appendBatch(options, batch, done);
      const undone = batch.findIndex((append) => !done.has(append));
      await spool.remove(undone < 0 ? batch.length : undone);
      if (failure === undefined) {
        retryMs = RETRY_MS.least;
        onProgress(true);
        continue;
      }
    } catch (error) {
      failure = error;
    }
    onProgress(false);
    logger.warn('the spool cannot be emptied yet', { error: failure, depth: spool.depth, retryMs });
    await pause(clock, retryMs, signal);
    retryMs = Math.min(retryMs * 2, RETRY_MS.most);
  }
}

/** Returns the first failure that repeating may help, if there was one. */
async function appendBatch(
  { append, onRefusal }: DrainOptions,
  batch: readonly SpooledAppend[],
  done: Set<SpooledAppend>,
): Promise<unknown> {
  const streams = new Map<string, SpooledAppend[]>();
  for (const next of batch) streams.set(next.stream, [...(streams.get(next.stream) ?? []), next]);
  const failures = await Promise.all(
    [...streams.values()].map(async (appends): Promise<unknown> => {
      for (const next of appends) {
        try {
          await append(next);
        } catch (error) {
          if (!isRefusal(error)) return error;
          await onRefusal(next, error);
        }
        done.add(next);
      }
      return undefined;
    }),
  );
  return failures.find((failure) => failure !== undefined);
}
