// `Idempotency-Key`: the same request again gets the first answer again, for a day, and its twins at the same time wait for it.
// Only an answer is kept; after an error the next request with that key tries anew.
import { createHash } from 'node:crypto';
import type { Request, RequestHandler, Response } from 'express';
import type { KeyHolder } from '../../accounts/authenticate.ts';
import { type Claimed, type KeptAnswer, type KeptAnswers, LEASE_MS } from '../../accounts/keptAnswers.ts';
import { RouterError } from '../../domain/errors.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Logger } from '../../platform/logger.ts';
import { collectAnswer } from './collectAnswer.ts';

export type IdempotencyTools = { readonly keptAnswers: KeptAnswers; readonly clock: Clock; readonly logger: Logger };

const KEY_FORM = /^[\x21-\x7e]{1,255}$/;
const LOOK_EVERY_MS = 200;

/** For routes that ask a model: to be mounted before them, after the body was read. */
export function idempotent(tools: IdempotencyTools): RequestHandler {
  return async (request, response, next) => {
    const key = request.header('idempotency-key');
    if (key === undefined) return next();
    if (!KEY_FORM.test(key)) {
      throw new RouterError(
        'validation_error',
        'Idempotency-Key: 1 to 255 visible ASCII characters, for instance a UUID.',
        {
          param: 'Idempotency-Key',
          shouldRetry: false,
        },
      );
    }
    const claimed = toClaim(request, response, key);
    const answer = await answerOfTwin(claimed, response, tools);
    if (answer) replay(response, answer);
    else if (response.destroyed) return;
    else {
      keepAnswer(claimed, request, response, tools);
      next();
    }
  };
}

function toClaim(request: Request, response: Response, key: string): Claimed {
  const { lineId } = response.locals['caller'] as KeyHolder;
  const { rawBody = Buffer.alloc(0) } = request as { rawBody?: Buffer };
  const digest = createHash('sha256').update(`${request.path}\n`).update(rawBody).digest('hex');
  return { holderId: lineId, key, digest, requestId: String(response.locals['requestId']) };
}

/** Undefined when this request is the first. @throws RouterError `idempotency_conflict` */
async function answerOfTwin(
  claimed: Claimed,
  response: Response,
  { keptAnswers, clock }: IdempotencyTools,
): Promise<KeptAnswer | undefined> {
  for (;;) {
    const claim = await keptAnswers.claim(claimed);
    if (claim.is === 'first') return undefined;
    if (claim.is === 'answered') return claim.answer;
    if (claim.is === 'conflict') {
      throw new RouterError(
        'idempotency_conflict',
        'This Idempotency-Key was used with another body or path within the last 24 hours: use a new key for a new request.',
        { param: 'Idempotency-Key', shouldRetry: false },
      );
    }
    if (response.destroyed) return undefined;
    await clock.sleep(LOOK_EVERY_MS);
  }
}

function replay(response: Response, { requestId, status, headers, body }: KeptAnswer): void {
  response
    .status(status)
    .set({ ...headers, 'x-request-id': requestId, 'idempotent-replayed': 'true' })
    .end(body);
}

/** Collects what is sent, and holds the end of it back until it is kept. */
function keepAnswer(claimed: Claimed, request: Request, response: Response, tools: IdempotencyTools): void {
  // A stream has nobody to be written to when its caller has left; anything else goes on and is kept for when they ask again.
  const finishes = !isStream(request.body);
  response.locals['finishes'] = finishes;
  const lease = renewLease(claimed, tools);
  let settled: Promise<void> | undefined;
  const settle = (): Promise<void> => {
    lease.abort();
    const body = response.statusCode === 200 && response.locals['broken'] !== true ? answer.body() : undefined;
    settled ??= body ? keep(claimed, response, body, tools) : release(claimed, tools);
    return settled;
  };
  const answer = collectAnswer(response, settle);
  // The caller left in the middle of a stream: its request was cancelled, and there is nothing to keep.
  response.once('close', () => {
    if (finishes || response.writableEnded || settled) return;
    lease.abort();
    settled = release(claimed, tools);
  });
}

function isStream(body: unknown): boolean {
  return typeof body === 'object' && body !== null && 'stream' in body && body.stream === true;
}

async function keep(
  claimed: Claimed,
  response: Response,
  body: Buffer,
  { keptAnswers, logger }: IdempotencyTools,
): Promise<void> {
  const kept = Object.entries(response.getHeaders()).flatMap(([name, value]) =>
    name === 'content-type' || name.startsWith('x-omni-') ? [[name, String(value)]] : [],
  );
  try {
    const headers: Record<string, string> = Object.fromEntries(kept);
    await keptAnswers.keep(claimed, { status: response.statusCode, headers, body });
  } catch (error) {
    // The answer is paid for and there: better told without being kept than not at all.
    logger.error('an answer could not be kept for its Idempotency-Key', { requestId: claimed.requestId, error });
  }
}

async function release(claimed: Claimed, { keptAnswers, logger }: IdempotencyTools): Promise<void> {
  try {
    await keptAnswers.release(claimed);
  } catch (error) {
    logger.warn('an Idempotency-Key could not be given back; its lease ends it', {
      requestId: claimed.requestId,
      error,
    });
  }
}

function renewLease(claimed: Claimed, { keptAnswers, clock, logger }: IdempotencyTools): AbortController {
  const over = new AbortController();
  const run = async (): Promise<void> => {
    for (;;) {
      await clock.sleep(LEASE_MS / 3, over.signal);
      await keptAnswers.renew(claimed).catch((error: unknown) => {
        logger.warn('the lease of an Idempotency-Key could not be renewed', { requestId: claimed.requestId, error });
      });
    }
  };
  run().catch(() => undefined);
  return over;
}
