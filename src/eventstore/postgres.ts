// The event log in Postgres. Appends of a process go in batches, one transaction each, under one exclusive lock: so position
// is commit order and a reader at N has missed nothing before N.
import type { Logger } from '../platform/logger.ts';
import type { Postgres } from '../platform/postgres.ts';
import type { Clock } from '../platform/clock.ts';
import { dataText } from './codec.ts';
import { EventTooLargeError, type EventStore, MAX_APPEND_BYTES, type RecordedEvent } from './eventStore.ts';
import { type Appended, type Waiting, appendBatch } from './postgresAppend.ts';
import { type EventRow, guarded, toRecorded } from './postgresRows.ts';
import { createSharedPages } from './sharedPages.ts';
import { subscribeToPostgres } from './postgresSubscription.ts';

/** Between the beginnings of two batches, at least. */
const GATHER_MS = 5;
const MOST_IN_A_BATCH = { appends: 128, bytes: 4_000_000 };
export function openPostgresEventStore(options: {
  readonly postgres: Postgres;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The pool is closed with the store. */
  readonly ownsPool?: boolean;
  /** Several followers in this process: what they read is read once. */
  readonly sharesReads?: boolean;
}): EventStore {
  const { postgres } = options;
  const pages = options.sharesReads ? createSharedPages(postgres) : undefined;
  const queue: Waiting[] = [];
  let running: Promise<void> | undefined;

  let lastAt = Number.NEGATIVE_INFINITY;
  const drain = async (): Promise<void> => {
    while (queue.length > 0) {
      // One that comes alone goes at once; under load they are gathered: a statement and a commit of its own costs each more than the wait.
      const restMs = lastAt + GATHER_MS - options.clock.monotonicMs();
      if (restMs > 0 && queue.length < MOST_IN_A_BATCH.appends) await options.clock.sleep(restMs);
      lastAt = options.clock.monotonicMs();
      await appendBatch(postgres, takeBatch(queue));
    }
    running = undefined;
  };

  return {
    append(stream, events, expected) {
      const texts = events.map((event) => ({ data: dataText(event), metadata: JSON.stringify(event.metadata) }));
      const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text.data) + text.metadata.length, 0);
      if (bytes > MAX_APPEND_BYTES) {
        return Promise.reject(
          new EventTooLargeError(`an append of ${bytes} bytes to ${stream}; at most ${MAX_APPEND_BYTES} are allowed`),
        );
      }
      return new Promise<Appended>((resolve, reject) => {
        queue.push({ stream, events, texts, bytes, expected, resolve, reject });
        running ??= drain();
      });
    },
    readStream: (stream, range) => readStream(postgres, stream, range),
    subscribe: (after, categories, signal) => subscribeToPostgres({ ...options, after, categories, signal, pages }),
    async head() {
      const { rows } = await guarded(() =>
        postgres.query<{ position: bigint | null }>('select max(position) as position from eventlog.events'),
      );
      return rows[0]?.position?.toString();
    },
    owns: (position) => /^\d*$/.test(position),
    countAfter: (after, categories, most) => countAfter(postgres, BigInt(after || '0'), categories, most),
    async close() {
      await running;
      if (options.ownsPool) await postgres.close();
    },
  };
}

function takeBatch(queue: Waiting[]): Waiting[] {
  let count = 0;
  let bytes = 0;
  for (const waiting of queue) {
    bytes += waiting.bytes;
    if (count > 0 && (count === MOST_IN_A_BATCH.appends || bytes > MOST_IN_A_BATCH.bytes)) break;
    count += 1;
  }
  return queue.splice(0, count);
}

async function countAfter(postgres: Postgres, after: bigint, categories: readonly string[], most: number) {
  const { rows } = await guarded(() =>
    postgres.query<{ count: number }>(
      `select count(*)::integer as count from (
         select from eventlog.events where position > $1 and category = any($2::text[]) limit $3) waiting`,
      [after, categories, most],
    ),
  );
  return rows[0]?.count ?? 0;
}

const PAGE = 500;

async function* readStream(
  postgres: Postgres,
  stream: string,
  { from = 0n, to, backwards = false }: { from?: bigint; to?: bigint; backwards?: boolean } = {},
): AsyncGenerator<RecordedEvent> {
  let low = from;
  let high = to ?? 2n ** 62n;
  while (low <= high) {
    const { rows } = await guarded(() =>
      postgres.query<EventRow>(
        `select position, stream, revision, id, type, data, metadata, recorded_at from eventlog.events
         where stream = $1 and revision between $2 and $3 order by revision ${backwards ? 'desc' : 'asc'} limit ${PAGE}`,
        [stream, low, high],
      ),
    );
    for (const row of rows) yield toRecorded(row);
    const last = rows.at(-1);
    if (!last || rows.length < PAGE) return;
    if (backwards) high = last.revision - 1n;
    else low = last.revision + 1n;
  }
}
