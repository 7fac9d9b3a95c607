// Counters per window and places per holder: in Redis when there is one, in this process while it is away or where there is
// none. What must hold to the last cent does not belong here but into budgets.
import { Redis } from 'ioredis';
import { RateLimiterMemory, RateLimiterRedis, type RateLimiterRes } from 'rate-limiter-flexible';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';

export type Counted = { readonly used: number; readonly resetMs: number };

export type Limiter = {
  /** Adds to the counter of the running window of that length, and tells what it is at. */
  add(key: string, points: number, windowSec: number): Promise<Counted>;
  /** Takes back what was added to the window that runs now. */
  takeBack(key: string, points: number, windowSec: number): Promise<void>;
  read(key: string, windowSec: number): Promise<Counted>;
  /** A place for `id` among `most`; false when there is none. It is given back by `leave`, or by itself after `leaseMs`. */
  enter(key: string, id: string, most: number, leaseMs: number): Promise<boolean>;
  leave(key: string, id: string): Promise<void>;
  close(): Promise<void>;
};

export type LimiterSettings = {
  readonly redisUrl?: string | undefined;
  readonly logger: Logger;
  readonly clock: Pick<Clock, 'monotonicMs' | 'now'>;
};

/** No counter gets there: whether it is too much is for the caller to say, who knows the limit of that very key. */
const MOST_POINTS = Number.MAX_SAFE_INTEGER;
const PREFIX = 'omni-limit';

export function openLimiter({ redisUrl, logger, clock }: LimiterSettings): Limiter {
  const redis = redisUrl === undefined ? undefined : openRedis(redisUrl, logger);
  const counters = new Map<number, RateLimiterMemory | RateLimiterRedis>();
  const counterOf = (windowSec: number) => {
    const known = counters.get(windowSec);
    if (known) return known;
    const made = createCounter(windowSec, redis);
    counters.set(windowSec, made);
    return made;
  };
  const places = createPlaces(clock);
  return {
    async add(key, points, windowSec) {
      return toCounted(await counterOf(windowSec).consume(key, points), windowSec);
    },
    async takeBack(key, points, windowSec) {
      await counterOf(windowSec).reward(key, points);
    },
    async read(key, windowSec) {
      return toCounted(await counterOf(windowSec).get(key), windowSec);
    },
    async enter(key, id, most, leaseMs) {
      if (redis?.status === 'ready') {
        try {
          return (await redis.eval(ENTER, 1, `${PREFIX}:places:${key}`, clock.now(), leaseMs, most, id)) === 1;
        } catch (error) {
          logger.warn('Redis is away; places are counted in this process', { error });
        }
      }
      return places.enter(key, id, most, leaseMs);
    },
    async leave(key, id) {
      places.leave(key, id);
      if (redis?.status !== 'ready') return;
      try {
        await redis.zrem(`${PREFIX}:places:${key}`, id);
      } catch (error) {
        // Its lease ends it.
        logger.warn('Redis is away; a place is given back by its lease', { error });
      }
    },
    async close() {
      redis?.disconnect();
    },
  };
}

function createCounter(windowSec: number, redis: Redis | undefined): RateLimiterMemory | RateLimiterRedis {
  const memory = new RateLimiterMemory({ points: MOST_POINTS, duration: windowSec });
  if (!redis) return memory;
  return new RateLimiterRedis({
    storeClient: redis,
    points: MOST_POINTS,
    duration: windowSec,
    keyPrefix: `${PREFIX}:${windowSec}`,
    insuranceLimiter: memory,
    rejectIfRedisNotReady: true,
  });
}

function toCounted(counted: RateLimiterRes | null, windowSec: number): Counted {
  if (!counted || counted.msBeforeNext < 0) return { used: 0, resetMs: windowSec * 1_000 };
  return { used: Math.max(0, counted.consumedPoints), resetMs: counted.msBeforeNext };
}

// One step in Redis: those whose lease is over leave, then there is room or there is none.
const ENTER = `
  redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[1])
  if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[3]) then return 0 end
  redis.call('ZADD', KEYS[1], ARGV[1] + ARGV[2], ARGV[4])
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
  return 1`;

function createPlaces(clock: Pick<Clock, 'monotonicMs'>) {
  const held = new Map<string, Map<string, number>>();
  return {
    enter(key: string, id: string, most: number, leaseMs: number): boolean {
      const now = clock.monotonicMs();
      const places = held.get(key) ?? new Map<string, number>();
      for (const [other, until] of places) if (until <= now) places.delete(other);
      if (places.size >= most) return false;
      held.set(key, places.set(id, now + leaseMs));
      return true;
    },
    leave(key: string, id: string): void {
      const places = held.get(key);
      places?.delete(id);
      if (places?.size === 0) held.delete(key);
    },
  };
}

function openRedis(url: string, logger: Logger): Redis {
  const redis = new Redis(url, { enableOfflineQueue: false, maxRetriesPerRequest: 1, connectTimeout: 2_000 });
  redis.on('error', (error: Error) =>
    logger.warn('Redis is away; limits are kept in this process', { error: error.message }),
  );
  return redis;
}
