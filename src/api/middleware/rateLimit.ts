// Requests per key and window: in Redis when there is one, in this process while it is away or where there is none.
import type { RequestHandler } from 'express';
import { Redis } from 'ioredis';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { RouterError } from '../../domain/errors.ts';
import type { Caller } from '../../gateway/gateway.ts';
import type { Logger } from '../../platform/logger.ts';

export type RateLimiter = {
  readonly max: number;
  /** Takes one of the key's requests. `allowed` false = none was left. */
  take(key: string): Promise<{ readonly allowed: boolean; readonly remaining: number; readonly resetMs: number }>;
  close(): Promise<void>;
};

export type LimitSettings = {
  readonly max: number;
  readonly windowSec: number;
  readonly redisUrl?: string | undefined;
  readonly logger: Logger;
};

export function openRateLimiter({ max, windowSec, redisUrl, logger }: LimitSettings): RateLimiter {
  const memory = new RateLimiterMemory({ points: max, duration: windowSec });
  const redis = redisUrl === undefined ? undefined : openRedis(redisUrl, logger);
  const limiter = redis
    ? new RateLimiterRedis({
        storeClient: redis,
        points: max,
        duration: windowSec,
        keyPrefix: 'omni-rate',
        insuranceLimiter: memory,
        rejectIfRedisNotReady: true,
      })
    : memory;
  return {
    max,
    async take(key) {
      try {
        const { remainingPoints, msBeforeNext } = await limiter.consume(key);
        return { allowed: true, remaining: remainingPoints, resetMs: msBeforeNext };
      } catch (error) {
        if (!(error instanceof RateLimiterRes)) throw error;
        return { allowed: false, remaining: 0, resetMs: error.msBeforeNext };
      }
    },
    async close() {
      redis?.disconnect();
    },
  };
}

function openRedis(url: string, logger: Logger): Redis {
  const redis = new Redis(url, { enableOfflineQueue: false, maxRetriesPerRequest: 1, connectTimeout: 2_000 });
  redis.on('error', (error: Error) =>
    logger.warn('Redis is away; rate limits are kept in this process', { error: error.message }),
  );
  return redis;
}

export function limitRate(limiter: RateLimiter): RequestHandler {
  return async (_request, response, next) => {
    const { keyId } = response.locals['caller'] as Caller;
    const { allowed, remaining, resetMs } = await limiter.take(keyId);
    const resetSec = Math.max(1, Math.ceil(resetMs / 1_000));
    response.set({
      'x-ratelimit-limit': String(limiter.max),
      'x-ratelimit-remaining': String(Math.max(0, remaining)),
      'x-ratelimit-reset': String(resetSec),
    });
    if (!allowed) {
      throw new RouterError(
        'rate_limit_exceeded',
        `This key may make ${limiter.max} requests in a window; the window ends in ${resetSec} s.`,
        {
          retryAfterSec: resetSec,
          shouldRetry: true,
          details: { limit: limiter.max, remaining: 0, reset_sec: resetSec },
        },
      );
    }
    next();
  };
}
