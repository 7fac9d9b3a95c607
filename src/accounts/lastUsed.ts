// When a key was used last, to the minute. It is written beside the request: a database that is away costs a note, not an answer.
import { type Clock, isoTime } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import { type Queryable, isUnavailable } from '../platform/postgres.ts';

export type LastUsed = { mark(keyId: string): void };

const APART_MS = 60_000;
const MOST_REMEMBERED = 10_000;

export function createLastUsed(tools: {
  readonly postgres: Queryable;
  readonly clock: Clock;
  readonly logger: Logger;
}): LastUsed {
  const { postgres, clock, logger } = tools;
  const marked = new Map<string, number>();
  const write = async (keyId: string): Promise<void> => {
    try {
      await postgres.query('update api_keys set last_used_at = greatest(last_used_at, $2::timestamptz) where id = $1', [
        keyId,
        isoTime(clock.now()),
      ]);
    } catch (error) {
      if (!isUnavailable(error)) logger.warn('the last use of a key could not be written', { keyId, error });
    }
  };
  return {
    mark(keyId) {
      const now = clock.monotonicMs();
      if (now - (marked.get(keyId) ?? Number.NEGATIVE_INFINITY) < APART_MS) return;
      if (marked.size >= MOST_REMEMBERED) marked.clear();
      marked.set(keyId, now);
      void write(keyId);
    },
  };
}
