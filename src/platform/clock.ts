// The only place where time, chance and ids come from. Everything else takes them as arguments, so that it can be replayed.
import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';

export type Clock = {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Milliseconds that only go forward, for measuring. */
  monotonicMs(): number;
  /** Resolves after that time; rejects with the signal's reason when it is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
};

export type Random = {
  /** 0 ≤ x < 1. */
  unit(): number;
  bytes(count: number): Buffer;
  uuid(): string;
  /** RFC 9562 version 7: sorts by time, increasing within this process. */
  uuidv7(): string;
};

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  async sleep(ms, signal) {
    try {
      await delay(ms, undefined, signal ? { signal } : {});
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    }
  },
};

export function createRandom(clock: Pick<Clock, 'now'>): Random {
  let lastMs = 0;
  let sequence = 0;
  let pool = randomBytes(0);
  let used = 0;
  const take = (count: number): Buffer => {
    if (used + count > pool.length) {
      pool = randomBytes(1024);
      used = 0;
    }
    used += count;
    return pool.subarray(used - count, used);
  };
  return {
    unit: () => Math.random(),
    bytes: (count) => randomBytes(count),
    uuid: () => randomUUID(),
    uuidv7() {
      // 12 bits of sequence behind the time keep ids of one millisecond in order.
      const now = clock.now();
      if (now > lastMs) {
        lastMs = now;
        sequence = (take(2).readUInt16BE() & 0x3ff) >>> 0;
      } else if (++sequence > 0xfff) {
        lastMs += 1;
        sequence = 0;
      }
      const time = lastMs.toString(16).padStart(12, '0');
      const rest = take(8).toString('hex');
      const variant = (8 + (Number.parseInt(rest.charAt(0), 16) & 3)).toString(16);
      return `${time.slice(0, 8)}-${time.slice(8)}-7${sequence.toString(16).padStart(3, '0')}-${variant}${rest.slice(1, 4)}-${rest.slice(4)}`;
    },
  };
}

export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
