// The event log in Postgres. Appends of a process go in batches, one transaction each, under one exclusive lock: so position
// is commit order and a reader at N has missed nothing before N.
import type { Logger } from '../platform/logger.ts';
import type { Postgres, Queryable } from '../platform/postgres.ts';
import type { Clock } from '../platform/clock.ts';
import { sameEvents } from './codec.ts';
import {
  ConflictError,
  EventTooLargeError,
  type EventMetadata,
  type EventStore,
  type Expected,
  MAX_APPEND_BYTES,
  type NewEvent,
  type RecordedEvent,
  StoreUnavailableError,
  categoryOf,
} from './eventStore.ts';
import { APPENDED_CHANNEL, type EventRow, guarded, toRecorded } from './postgresRows.ts';
import { createSharedPages } from './sharedPages.ts';
import { subscribeToPostgres } from './postgresSubscription.ts';

// One number for every router on this database: the bytes of "omnilog".
const APPEND_LOCK = 7_237_954_713_931_623n;
const MOST_IN_A_BATCH = { appends: 128, bytes: 4_000_000 };
// A writer that hangs between two statements holds everybody's lock: the server ends it.
const IDLE_WRITER_MS = 5_000;

type Appended = { revision: bigint; position: string };
/** Data and metadata as they are stored. */
type EventText = { readonly data: string; readonly metadata: string };
type Waiting = {
  readonly stream: string;
  readonly events: readonly NewEvent[];
  readonly texts: readonly EventText[];
  readonly bytes: number;
  readonly expected: Expected;
  resolve(appended: Appended): void;
  reject(error: unknown): void;
};

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

  const drain = async (): Promise<void> => {
    while (queue.length > 0) await appendBatch(postgres, takeBatch(queue));
    running = undefined;
  };

  return {
    append(stream, events, expected) {
      const texts = events.map(({ data, metadata }) => ({
        data: JSON.stringify(data),
        metadata: JSON.stringify(metadata),
      }));
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

/** Settles every append of the batch: a conflict or a refused statement is only its own, a lost connection is everybody's. */
async function appendBatch(postgres: Postgres, batch: readonly Waiting[]): Promise<void> {
  try {
    const settle = await guarded(() => postgres.transaction((client) => writeBatch(client, batch)));
    for (const tell of settle) tell();
  } catch (error) {
    if (error instanceof StoreUnavailableError || batch.length === 1) {
      for (const waiting of batch) waiting.reject(error);
      return;
    }
    for (const waiting of batch) await appendBatch(postgres, [waiting]);
  }
}

type StreamEvent = { stream: string; revision: bigint; id: string; digest: string; position: bigint };

/** Writes what fits and returns what to tell each waiter once the transaction is committed. */
async function writeBatch(client: Queryable, batch: readonly Waiting[]): Promise<(() => void)[]> {
  await client.query(
    `select set_config('idle_in_transaction_session_timeout', '${IDLE_WRITER_MS}', true), pg_advisory_xact_lock($1)`,
    [APPEND_LOCK],
  );
  const state = await readState(client, batch);
  const rows: object[] = [];
  const settle = batch.map((waiting) => {
    const result = place(waiting, state, rows);
    return () => (result instanceof Error ? waiting.reject(result) : waiting.resolve(result));
  });
  if (rows.length > 0) {
    // Data travel as text inside the rows' JSON: as JSON inside it, an escaped NUL or half a surrogate pair, which the json
    // type itself stores, would be refused on the way.
    await client.query(
      `with written as (
         insert into eventlog.events (position, stream, revision, category, id, type, data, metadata)
         select position, stream, revision, category, id, type, data::json, metadata::json
         from json_to_recordset($1::json) as r(position bigint, stream text, revision bigint, category text, id uuid, type text, data text, metadata text)
         returning 1)
       select pg_notify('${APPENDED_CHANNEL}', '') from (select count(*) from written) w`,
      [JSON.stringify(rows)],
    );
  }
  return settle;
}

type BatchState = {
  head: bigint;
  readonly tails: Map<string, bigint>;
  readonly known: Map<string, StreamEvent>;
};

async function readState(client: Queryable, batch: readonly Waiting[]): Promise<BatchState> {
  const streams = [...new Set(batch.map(({ stream }) => stream))];
  const ids = batch.flatMap(({ events }) => events.map(({ id }) => id));
  const { rows } = await client.query<{
    head: bigint;
    tails: Record<string, string> | null;
    known: (Omit<StreamEvent, 'revision' | 'position'> & { revision: string; position: string })[] | null;
  }>(
    `select (select coalesce(max(position), 0) from eventlog.events) as head,
       (select json_object_agg(s, (select max(revision)::text from eventlog.events where stream = s)) from unnest($1::text[]) s) as tails,
       (select json_agg(json_build_object('stream', stream, 'revision', revision::text, 'id', id, 'digest', metadata->>'digest', 'position', position::text))
        from eventlog.events where id = any($2::uuid[])) as known`,
    [streams, ids],
  );
  const [row] = rows;
  if (!row) throw new Error('a select without from gave no row');
  const tails = new Map(Object.entries(row.tails ?? {}).map(([stream, revision]) => [stream, BigInt(revision ?? -1)]));
  const known = new Map(
    (row.known ?? []).map((event) => [
      event.id,
      { ...event, revision: BigInt(event.revision), position: BigInt(event.position) },
    ]),
  );
  return { head: row.head, tails, known };
}

/** Decides about one append: its place, done already, or a conflict. Adds its rows and moves the state on. */
function place({ stream, events, texts, expected }: Waiting, state: BatchState, rows: object[]): Appended | Error {
  const tail = state.tails.get(stream) ?? -1n;
  const wanted = expected === 'none' ? -1n : expected === 'any' ? tail : expected;
  const stored = events.flatMap(({ id }) => state.known.get(id) ?? []);
  const last = stored.at(-1);
  if (last) {
    const start = expected === 'any' ? (stored[0]?.revision ?? 0n) : wanted + 1n;
    const inPlace = stored.every((event, index) => event.stream === stream && event.revision === start + BigInt(index));
    const same = sameEvents(
      stored.map(({ id, digest }) => ({ id, metadata: { digest } as EventMetadata })),
      events,
    );
    if (inPlace && same) return { revision: last.revision, position: last.position.toString() };
    return new ConflictError(`${stream}: an event id of this append is used already for something else`);
  }
  if (wanted !== tail) return new ConflictError(`${stream} is at revision ${tail}, not ${wanted}`);
  if (new Set(events.map(({ id }) => id)).size < events.length)
    return new ConflictError(`${stream}: an event id comes twice in one append`);
  for (const [index, { id, type, metadata }] of events.entries()) {
    const position = ++state.head;
    const revision = tail + 1n + BigInt(index);
    rows.push({
      position: Number(position),
      stream,
      revision: Number(revision),
      category: categoryOf(stream),
      id,
      type,
      ...texts[index],
    });
    state.known.set(id, { stream, revision, id, digest: metadata.digest, position });
    state.tails.set(stream, revision);
  }
  return { revision: tail + BigInt(events.length), position: state.head.toString() };
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
