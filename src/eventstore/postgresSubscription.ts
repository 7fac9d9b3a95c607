// Following the Postgres log: pages in commit order, woken by NOTIFY, with a poll behind it should a notification be lost.
// A lost database is waited for; the subscription goes on from its position without gap or repeat.
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import { type Postgres, type PostgresSession, cannotNow } from '../platform/postgres.ts';
import type { RecordedEvent } from './eventStore.ts';
import type { LogPage, SharedPages } from './sharedPages.ts';
import { APPENDED_CHANNEL, type EventRow, toRecorded } from './postgresRows.ts';

const PAGE = 500;
const POLL_MS = 1_000;
/** Between two looks, at least: under load each of them finds what hundreds of notifications told of, and not one of it. */
const GATHER_MS = 100;
const RETRY_MS = { least: 100, most: 2_000 };

type Subscription = {
  readonly postgres: Postgres;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly after: string;
  readonly categories: readonly string[];
  readonly signal: AbortSignal;
  /** Where several in this process follow the log. */
  readonly pages?: SharedPages | undefined;
};

export async function* subscribeToPostgres(
  options: Subscription,
): AsyncGenerator<{ events: readonly RecordedEvent[]; position: string }> {
  const { clock, logger, signal } = options;
  let position = BigInt(options.after || '0');
  let retryMs = RETRY_MS.least;
  while (!signal.aborted) {
    let listener: Listener | undefined;
    try {
      listener = await openListener(options.postgres);
      for (;;) {
        const page = await (options.pages?.read(position, options.categories) ?? readPage(options, position));
        retryMs = RETRY_MS.least;
        if (page.position > position) {
          position = page.position;
          yield { events: page.events, position: position.toString() };
        }
        if (isAborted(signal)) return;
        if (!page.full) await listener.wait(clock, signal);
        if (isAborted(signal)) return;
      }
    } catch (error) {
      if (!cannotNow(error)) throw error;
      logger.warn('the event log cannot be followed; trying again', { error, retryMs });
      await pause(clock, retryMs, signal);
      retryMs = Math.min(retryMs * 2, RETRY_MS.most);
    } finally {
      await listener?.close(logger);
    }
  }
}

async function readPage({ postgres, categories }: Subscription, after: bigint): Promise<LogPage> {
  // The head is read in the same statement: positions without an event of ours are passed over, never looked at again.
  const { rows } = await postgres.query<EventRow & { head: bigint }>(
    `with head as (select coalesce(max(position), 0) as head from eventlog.events)
     select head.head, e.* from head left join lateral (
       select position, stream, revision, id, type, data, metadata, recorded_at from eventlog.events
       where position > $1 and position <= head.head and category = any($2::text[]) order by position limit ${PAGE}) e on true`,
    [after, categories],
  );
  const events = rows.filter(({ stream }) => stream !== null).map(toRecorded);
  const full = events.length === PAGE;
  const last = events.at(-1);
  return { events, full, position: full && last ? BigInt(last.position) : (rows[0]?.head ?? after) };
}

type Listener = { wait(clock: Clock, signal: AbortSignal): Promise<void>; close(logger: Logger): Promise<void> };

async function openListener(postgres: Postgres): Promise<Listener> {
  const session: PostgresSession = await postgres.openSession();
  let notified = false;
  let wake: (() => void) | undefined;
  let lookedAt = Number.NEGATIVE_INFINITY;
  const notify = () => {
    notified = true;
    wake?.();
  };
  session.onNotification(notify);
  session.lost.addEventListener('abort', notify);
  await session.query(`listen ${APPENDED_CHANNEL}`);
  return {
    async wait(clock, signal) {
      if (!notified) {
        // Not AbortSignal.any: a signal that lives as long as the process would gather one dependent a notification.
        const over = new AbortController();
        wake = () => over.abort();
        signal.addEventListener('abort', wake, { once: true });
        await pause(clock, POLL_MS, over.signal);
        signal.removeEventListener('abort', wake);
        wake = undefined;
      }
      const restMs = lookedAt + GATHER_MS - clock.monotonicMs();
      if (restMs > 0 && !session.lost.aborted) await pause(clock, restMs, signal);
      lookedAt = clock.monotonicMs();
      notified = false;
      if (session.lost.aborted) throw new Error('Connection terminated', { cause: session.lost.reason });
    },
    async close(logger) {
      try {
        if (!session.lost.aborted) await session.close();
      } catch (error) {
        logger.debug('a listening connection did not close cleanly', { error });
      }
    },
  };
}

/** A function, because the compiler believes that a signal once read stays as it was. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}

/** Waits, and returns early when aborted: the caller looks at the signal itself. */
async function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  try {
    await clock.sleep(ms, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
