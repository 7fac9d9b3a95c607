// Reading one feed as a job does: fetched, kept raw, checked as a whole, and put beside the last reading that was used.
import { isoTime } from '../src/platform/clock.ts';
import type { JobTools } from './job.ts';
import { keepReading, lastTaken, refuseReading } from './records/feedReadings.ts';
import { fetchFeed, parseFeed } from './sources/fetchFeed.ts';
import { type FeedReading, FeedRefused } from './sources/feedReading.ts';

export type FeedSource = {
  readonly name: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly read: (body: unknown, at: string) => FeedReading;
};

export type ReadOptions = {
  readonly signal: AbortSignal;
  readonly leastSharePercent: number;
  readonly acceptShrunk: boolean;
  /** False writes nothing down. */
  readonly keep: boolean;
};

export type Read = {
  /** Id of what was kept. */
  readonly id: string;
  readonly reading: FeedReading;
  readonly previous: FeedReading | undefined;
};

const TIMEOUT_MS = 60_000;

/** @throws FeedRefused or FeedAway; either stands in feed_readings with its reason */
export async function readFeed(tools: JobTools, feed: FeedSource, options: ReadOptions): Promise<Read> {
  const { postgres, clock, random } = tools;
  const id = random.uuidv7();
  const at = isoTime(clock.now());
  const kept = { id, source: feed.name, url: feed.url, at };
  let body: Buffer | undefined;
  try {
    const { signal } = options;
    body = await fetchFeed({
      source: feed.name,
      url: feed.url,
      signal,
      timeoutMs: tools.feedTimeoutMs ?? TIMEOUT_MS,
      now: clock.now(),
      ...(feed.headers ? { headers: feed.headers } : {}),
    });
    if (options.keep) await keepReading(postgres, { ...kept, body });
    const reading = feed.read(parseFeed(feed.name, body), at);
    const previous = await readPrevious(tools, feed);
    requireRows(reading, previous, options);
    return { id, reading, previous };
  } catch (error) {
    if (options.keep) {
      if (!body) await keepReading(postgres, { ...kept, body });
      await refuseReading(postgres, id, error instanceof Error ? error.message : String(error));
    }
    throw error;
  }
}

/** The last reading that was used, read again from its raw body. */
export async function readPrevious(
  { postgres, logger }: Pick<JobTools, 'postgres' | 'logger'>,
  feed: Pick<FeedSource, 'name' | 'read'>,
): Promise<FeedReading | undefined> {
  const stored = await lastTaken(postgres, feed.name);
  if (!stored) return undefined;
  try {
    return feed.read(parseFeed(feed.name, stored.body), stored.at);
  } catch (error) {
    // A newer release may read more strictly than the one that took it.
    logger.warn('the last reading of a feed cannot be read any more; the next one counts as the first', {
      source: feed.name,
      error,
    });
    return undefined;
  }
}

function requireRows(reading: FeedReading, previous: FeedReading | undefined, options: ReadOptions): void {
  if (!previous || options.acceptShrunk) return;
  const least = Math.ceil((previous.count * options.leastSharePercent) / 100);
  if (reading.count >= least) return;
  throw new FeedRefused(
    reading.source,
    `only ${reading.count} rows where the last reading had ${previous.count}; at least ${least} are needed (if the list ` +
      'has really become that short, run it once with --accept-shrunk)',
  );
}
