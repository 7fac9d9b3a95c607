// How many requests run in this process, and how it stops taking them: running ones get a grace time, then they are aborted, and
// what happened to them is recorded like any other end.
import { setMaxListeners } from 'node:events';
import { RouterError } from '../domain/errors.ts';
import type { Clock } from '../platform/clock.ts';

export type Admission = {
  /** @throws RouterError `overloaded` when no more are taken. Call the result when the request has ended. */
  enter(): () => void;
  /** Fires when running requests may go on no longer. */
  readonly leaving: AbortSignal;
  readonly draining: boolean;
  readonly running: number;
  /** Takes no more requests and waits for the running ones; after that time they are aborted, and their records waited for. */
  drain(withinMs: number): Promise<void>;
};

export function createAdmission(clock: Clock, most: number, canRecord: () => boolean): Admission {
  const leaving = new AbortController();
  // Each running request listens to it.
  setMaxListeners(0, leaving.signal);
  let draining = false;
  let running = 0;
  let onEmpty: (() => void) | undefined;
  return {
    leaving: leaving.signal,
    get draining() {
      return draining;
    },
    get running() {
      return running;
    },
    enter() {
      if (draining || running >= most || !canRecord()) {
        throw new RouterError('overloaded', 'The router takes no more requests at the moment: try again shortly.', {
          retryAfterSec: 1,
        });
      }
      running += 1;
      let left = false;
      return () => {
        if (left) return;
        left = true;
        running -= 1;
        if (running === 0) onEmpty?.();
      };
    },
    async drain(withinMs) {
      draining = true;
      if (running === 0) return;
      const empty = new Promise<void>((resolve) => (onEmpty = resolve));
      const grace = new AbortController();
      const over = clock.sleep(withinMs, grace.signal).then(
        () => leaving.abort(new Error('the router is stopping')),
        () => undefined,
      );
      await empty;
      grace.abort();
      await over;
    },
  };
}
