// Following categories for as long as a process lives: a subscription that fails is opened again from the last position that was
// handled, with backoff. Nothing is skipped: events whose handling failed come again.
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import type { EventStore, Position, RecordedEvent } from './eventStore.ts';

const RETRY_MS = { least: 100, most: 5_000 };

export type FollowOptions = {
  readonly store: EventStore;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly categories: readonly string[];
  /** `START` for everything. */
  readonly after: Position;
  readonly signal: AbortSignal;
  /** Called with each batch in commit order; the next one waits for it. May be empty when only the position moved. */
  readonly onEvents: (events: readonly RecordedEvent[], position: Position) => void | Promise<void>;
};

/** Resolves when the signal is aborted, with the last position that was handled. Never rejects. */
export async function followCategories(options: FollowOptions): Promise<Position> {
  const { store, clock, logger, categories, signal, onEvents } = options;
  let position = options.after;
  let retryMs = RETRY_MS.least;
  while (!signal.aborted) {
    try {
      for await (const batch of store.subscribe(position, categories, signal)) {
        await onEvents(batch.events, batch.position);
        ({ position } = batch);
        retryMs = RETRY_MS.least;
      }
      // A backend that ends a subscription by itself is asked again, not in a tight circle.
      if (!signal.aborted) await pause(clock, RETRY_MS.least, signal);
    } catch (error) {
      logger.error('following the event log failed; trying again', { error, categories, position, retryMs });
      await pause(clock, retryMs, signal);
      retryMs = Math.min(retryMs * 2, RETRY_MS.most);
    }
  }
  return position;
}

/** Waits, and returns early when aborted. */
export async function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  try {
    await clock.sleep(ms, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
