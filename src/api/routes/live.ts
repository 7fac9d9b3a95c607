// GET /v1/live: counters of the org as server-sent events, one every two seconds for as long as the caller listens.
import type { Response } from 'express';
import { type Live, readLive } from '../../readmodels/stats.ts';
import { isoTime } from '../../platform/clock.ts';
import { callerOf, isStillCaller } from '../middleware/authenticate.ts';
import type { ApiTools } from '../tools.ts';
import type { Route } from './route.ts';

const EVERY_MS = 2_000;
/** A key that is revoked, or a session that ends, hears no more after about this many. */
const RECHECK_TICKS = 3;

export const live: Route = {
  method: 'get',
  path: '/v1/live',
  access: 'key',
  doc: {
    summary: 'Counters of the last minute and of today, as server-sent events',
    description:
      'Event `counters` every two seconds: `{at, last_minute, today}`, each with requests, errors, tokens, cost_usd and savings_usd. It ends when the key or the session does.',
    tag: 'Usage',
    scope: 'read',
    answers: {
      200: { description: 'A stream that ends when either side closes it', contentType: 'text/event-stream' },
    },
    errors: ['forbidden'],
  },
  create: (tools) => {
    const read = shareReads(tools);
    return async (_request, response) => {
      const { orgId } = callerOf(response, 'read');
      // The first counters are read before the stream begins: a database that is away is told by a status.
      const first = await read(orgId);
      response.status(200).set({
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
      });
      let ticks = 0;
      const next = async (): Promise<Live | 'refused'> => {
        ticks += 1;
        const mayRead = ticks % RECHECK_TICKS !== 0 || (await isStillCaller(response, 'read'));
        return mayRead ? await read(orgId) : 'refused';
      };
      await sendCounters(response, first, next, tools);
      response.end();
    };
  },
};

async function sendCounters(
  response: Response,
  first: Live,
  next: () => Promise<Live | 'refused'>,
  { clock, logger, stopping }: ApiTools,
): Promise<void> {
  const gone = new AbortController();
  const end = () => gone.abort();
  response.once('close', end);
  stopping.addEventListener('abort', end, { once: true });
  try {
    let counters: Live | 'refused' | undefined = first;
    while (counters !== 'refused' && !gone.signal.aborted && !stopping.aborted) {
      const text = counters
        ? `event: counters\ndata: ${JSON.stringify({ at: isoTime(clock.now()), ...counters })}\n\n`
        : ': the counters cannot be read at the moment\n\n';
      // Somebody who does not read is not waited for: he is cut off before a buffer grows.
      if (!response.write(text) && response.writableLength > 64 * 1024) return;
      await clock.sleep(EVERY_MS, gone.signal);
      counters = await next().catch((error: unknown) => {
        logger.warn('live counters could not be read', { error });
        return undefined;
      });
    }
  } catch (error) {
    if (!gone.signal.aborted) throw error;
  } finally {
    stopping.removeEventListener('abort', end);
  }
}

/** However many listen: one read an org in a period. */
function shareReads({ postgres, clock }: ApiTools): (orgId: string) => Promise<Live> {
  const latest = new Map<string, { readonly at: number; readonly reading: Promise<Live> }>();
  return (orgId) => {
    const now = clock.monotonicMs();
    const known = latest.get(orgId);
    if (known && now - known.at < EVERY_MS - 100) return known.reading;
    if (latest.size > 1_000) latest.clear();
    const reading = readLive(postgres, orgId, clock.now());
    latest.set(orgId, { at: now, reading });
    return reading;
  };
}
