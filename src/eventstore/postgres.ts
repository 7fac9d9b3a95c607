// The event log in Postgres. Appends of a process go in batches, one transaction each, under one exclusive lock: so position
// is commit order and a reader at N has missed nothing before N.
import type { Logger } from '../platform/logger.ts';
import type { Postgres, Queryable } from '../platform/postgres.ts';
import type { Clock } from '../platform/clock.ts';
import { canonicalJson } from '../domain/canonicalJson.ts';
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
  categoryOf,
} from './eventStore.ts';
import { APPENDED_CHANNEL, type EventRow, guarded, toRecorded } from './postgresRows.ts';
import { subscribeToPostgres } from './postgresSubscription.ts';

// One number for every router on this database: the bytes of "omnilog".
const APPEND_LOCK = 7_237_954_713_931_623n;
const MOST_IN_A_BATCH = 128;

type Appended = { revision: bigint; position: string };
type Waiting = {
  readonly stream: string;
  readonly events: readonly NewEvent[];
  readonly expected: Expected;
  resolve(appended: Appended): void;
  reject(error: unknown): void;
};

export function openPostgresEventStore(options: {
  readonly postgres: Postgres;
  readonly clock: Clock;
  readonly logger: Logger;
}): EventStore {
  const { postgres } = options;
  const queue: Waiting[] = [];
  let running: Promise<void> | undefined;

  const drain = async (): Promise<void> => {
    while (queue.length > 0) await appendBatch(postgres, queue.splice(0, MOST_IN_A_BATCH));
    running = undefined;
  };

  return {
    append(stream, events, expected) {
      const bytes = Buffer.byteLength(canonicalJson(events));
      if (bytes > MAX_APPEND_BYTES) {
        return Promise.reject(
          new EventTooLargeError(`an append of ${bytes} bytes to ${stream}; at most ${MAX_APPEND_BYTES} are allowed`),
        );
      }
      return new Promise<Appended>((resolve, reject) => {
        queue.push({ stream, events, expected, resolve, reject });
        running ??= drain();
      });
    },
    readStream: (stream, range) => readStream(postgres, stream, range),
    subscribe: (after, categories, signal) => subscribeToPostgres({ ...options, after, categories, signal }),
    async head() {
      const { rows } = await guarded(() =>
        postgres.query<{ position: bigint | null }>('select max(position) as position from eventlog.events'),
      );
      return rows[0]?.position?.toString();
    },
    async close() {
      await running;
    },
  };
}

/** Settles every append of the batch: a conflict is only its own, a lost connection is everybody's. */
async function appendBatch(postgres: Postgres, batch: readonly Waiting[]): Promise<void> {
  try {
    const settle = await guarded(() => postgres.transaction((client) => writeBatch(client, batch)));
    for (const tell of settle) tell();
  } catch (error) {
    for (const waiting of batch) waiting.reject(error);
  }
}

type StreamEvent = { stream: string; revision: bigint; id: string; digest: string; position: bigint };

/** Writes what fits and returns what to tell each waiter once the transaction is committed. */
async function writeBatch(client: Queryable, batch: readonly Waiting[]): Promise<(() => void)[]> {
  await client.query('select pg_advisory_xact_lock($1)', [APPEND_LOCK]);
  const state = await readState(client, batch);
  const rows: object[] = [];
  const settle = batch.map((waiting) => {
    const result = place(waiting, state, rows);
    return () => (result instanceof Error ? waiting.reject(result) : waiting.resolve(result));
  });
  if (rows.length > 0) {
    await client.query(
      `insert into eventlog.events (position, stream, revision, category, id, type, data, metadata)
       select position, stream, revision, category, id, type, data, metadata
       from json_to_recordset($1::json) as r(position bigint, stream text, revision bigint, category text, id uuid, type text, data json, metadata json)`,
      [`[${rows.map((row) => canonicalJson(row)).join(',')}]`],
    );
    await client.query(`select pg_notify('${APPENDED_CHANNEL}', '')`);
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
function place({ stream, events, expected }: Waiting, state: BatchState, rows: object[]): Appended | Error {
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
  for (const [index, { id, type, data, metadata }] of events.entries()) {
    const position = ++state.head;
    const revision = tail + 1n + BigInt(index);
    rows.push({
      position: Number(position),
      stream,
      revision: Number(revision),
      category: categoryOf(stream),
      id,
      type,
      data,
      metadata,
    });
    state.known.set(id, { stream, revision, id, digest: metadata.digest, position });
    state.tails.set(stream, revision);
  }
  return { revision: tail + BigInt(events.length), position: state.head.toString() };
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
