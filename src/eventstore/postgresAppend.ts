// How a batch of appends gets into the Postgres log: at one stroke when all of it is new, else looked at one by one under the same lock.
import type { Postgres, Queryable } from '../platform/postgres.ts';
import { sameEvents } from './codec.ts';
import {
  ConflictError,
  type EventMetadata,
  type Expected,
  type NewEvent,
  StoreUnavailableError,
  categoryOf,
} from './eventStore.ts';
import { APPENDED_CHANNEL, guarded } from './postgresRows.ts';

// One number for every router on this database: the bytes of "omnilog".
const APPEND_LOCK = 7_237_954_713_931_623n;
// A writer that hangs between two statements holds everybody's lock: the server ends it.
const IDLE_WRITER_MS = 5_000;

export type Appended = { revision: bigint; position: string };
/** Data and metadata as they are stored. */
export type EventText = { readonly data: string; readonly metadata: string };
export type Waiting = {
  readonly stream: string;
  readonly events: readonly NewEvent[];
  readonly texts: readonly EventText[];
  readonly bytes: number;
  readonly expected: Expected;
  resolve(appended: Appended): void;
  reject(error: unknown): void;
};

/** Settles every append of the batch: a conflict or a refused statement is only its own, a lost connection is everybody's. */
export async function appendBatch(postgres: Postgres, batch: readonly Waiting[]): Promise<void> {
  try {
    const settle =
      (await guarded(() => writeFresh(postgres, batch))) ??
      (await guarded(() => postgres.transaction((client) => writeBatch(client, batch))));
    for (const tell of settle) tell();
  } catch (error) {
    if (error instanceof StoreUnavailableError || batch.length === 1) {
      for (const waiting of batch) waiting.reject(error);
      return;
    }
    for (const waiting of batch) await appendBatch(postgres, [waiting]);
  }
}

/** Undefined when the batch is not all new, or cannot be known to be: nothing of it is written then. */
async function writeFresh(postgres: Postgres, batch: readonly Waiting[]): Promise<(() => void)[] | undefined> {
  const rows: object[] = [];
  const ends = new Map<string, bigint>();
  const settle: ((head: bigint) => void)[] = [];
  for (const waiting of batch) {
    const { stream, events, texts, expected } = waiting;
    if (expected === 'any' || events.length === 0) return undefined;
    const end = expected === 'none' ? -1n : expected;
    const before = ends.get(stream);
    if (before !== undefined && before !== end) return undefined;
    for (const [index, { id, type }] of events.entries()) {
      const revision = Number(end) + 1 + index;
      const first = index === 0 && before === undefined;
      const place = rows.length + 1;
      rows.push({ place, first, stream, revision, category: categoryOf(stream), id, type, ...texts[index] });
    }
    const last = end + BigInt(events.length);
    ends.set(stream, last);
    const place = BigInt(rows.length);
    settle.push((head) => waiting.resolve({ revision: last, position: (head + place).toString() }));
  }
  try {
    // Data travel as text inside the rows' JSON: as JSON inside it, an escaped NUL or half a surrogate pair, which the json
    // type itself stores, would be refused on the way.
    const { rows: answers } = await postgres.query<{ head: bigint | null }>(
      'select eventlog.append_fresh($1, $2, $3) as head',
      [APPEND_LOCK, JSON.stringify(rows), APPENDED_CHANNEL],
    );
    const head = answers[0]?.head ?? undefined;
    return head === undefined ? undefined : settle.map((tell) => () => tell(head));
  } catch (error) {
    if (isTaken(error)) return undefined;
    throw error;
  }
}

/** A place or an id that is there already: a repeat or a conflict. */
function isTaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '23505';
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
