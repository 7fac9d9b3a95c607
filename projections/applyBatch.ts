// Events in, rows and checkpoint out, in one transaction. Before an event that cannot be projected everything ahead of it is
// committed; the event itself is never skipped.
import { openEvent } from '../src/eventstore/codec.ts';
import type { Position, RecordedEvent } from '../src/eventstore/eventStore.ts';
import { type Clock, isoTime } from '../src/platform/clock.ts';
import { type Postgres, cannotNow } from '../src/platform/postgres.ts';
import { type Checkpoint, CheckpointMovedError, moveCheckpoint } from './checkpoint.ts';
import { LIVE, type Place } from './place.ts';
import { type Key, type ProjectedEvent, type Projection, isRange } from './projection.ts';
import { type RowStore, createRowStore } from './rowStore.ts';

/** This event cannot be projected: the projection stops here until the code or the data is mended. */
export class PoisonError extends Error {
  override readonly name = 'PoisonError';
  readonly event: RecordedEvent;

  constructor(event: RecordedEvent, cause: unknown) {
    super(`${event.type} ${event.id}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.event = event;
  }
}

export type Batch = { readonly events: readonly RecordedEvent[]; readonly position: Position };

export type Applier = {
  apply(batch: Batch): Promise<void>;
  /** Stores where we are although no event of ours came, whether that is the end of the log, and else how many events wait. */
  touch(head: Position | undefined, countWaiting?: (after: Position) => Promise<number>): Promise<void>;
};

const MOST_EVENTS = 2_000;
/** A transaction that takes longer holds locks and memory for too long: the next ones are half as large, and grow again while they are quick. */
const LONG_MS = 2_000;
const SHORT_MS = 500;
const LEAST_EVENTS = 10;

type Tools = {
  readonly postgres: Postgres;
  /** For an event that reads or writes a whole range of rows. */
  readonly patient?: Postgres | undefined;
  readonly clock: Clock;
  /** Where the rows go; else into the live tables. */
  readonly place?: Place;
  readonly onProgress?: () => void;
  /** Other than the usual ones in a transaction. */
  readonly mostEvents?: number;
};

export function createApplier(
  projection: Projection,
  tools: Tools,
  { position: start, epoch }: Pick<Checkpoint, 'position' | 'epoch'>,
): Applier {
  const { place = LIVE, mostEvents: most = MOST_EVENTS, clock } = tools;
  const store = createRowStore({ place });
  const at = { stored: start, seen: start, epoch };
  // Follows the time that transactions take. A batch that the database refused is repeated in far smaller parts, to find the culprit.
  let limit = most;
  const queue = createQueue();

  const applyAll = async ({ events, position }: Batch): Promise<void> => {
    for (let done = 0; done < events.length;) {
      const part = events.slice(done, done + limit);
      const end = done + part.length === events.length ? position : (part.at(-1)?.position ?? position);
      const begun = clock.monotonicMs();
      try {
        await applyPart(projection, tools, store, at, { events: part, position: end });
        limit = Math.min(most, nextLimit(limit, clock.monotonicMs() - begun));
        done += part.length;
      } catch (error) {
        store.reset();
        const [only] = part;
        if (!isRefusal(error) || !only) throw error;
        if (part.length === 1) throw new PoisonError(only, error);
        limit = Math.max(1, Math.floor(part.length / 8));
      }
    }
    at.seen = position;
  };

  return {
    apply: (batch) => queue(() => applyAll(batch)),
    touch: (head, countWaiting) =>
      queue(async () => {
        // A backend that filters on its side may leave us before a newest event that is not ours: then nothing is counted. Silence
        // alone proves nothing.
        const atEnd = head === undefined || head === at.seen;
        const waiting = atEnd ? 0 : await countWaiting?.(at.seen);
        const caughtUp = waiting === 0;
        if (!caughtUp && waiting === undefined && at.stored === at.seen) return;
        const move = { from: at.stored, to: at.seen, epoch, now: isoTime(tools.clock.now()), caughtUp, waiting };
        await moveCheckpoint(tools.postgres, projection, move, place);
        at.stored = at.seen;
      }),
  };
}

function nextLimit(limit: number, tookMs: number): number {
  if (tookMs > LONG_MS) return Math.max(Math.min(limit, LEAST_EVENTS), Math.floor(limit / 2));
  return tookMs < SHORT_MS ? limit * 2 : limit;
}

/** Neither lost connection, nor lost race, nor a database that is busy or full: it does not take these rows, now or later. */
function isRefusal(error: unknown): boolean {
  return !(error instanceof PoisonError) && !(error instanceof CheckpointMovedError) && !cannotNow(error);
}

async function applyPart(
  projection: Projection,
  { postgres: short, patient, clock, onProgress, place = LIVE }: Tools,
  store: RowStore,
  at: { stored: Position; seen: Position; readonly epoch: number },
  { events, position }: Batch,
): Promise<void> {
  const opened = openAll(projection, events);
  const postgres = opened.keys.some(({ values }) => isRange(values)) ? (patient ?? short) : short;
  await store.load(postgres, opened.keys);
  const evolved = evolveAll(projection, store, opened.events);
  const poison = evolved.poison ?? opened.poison;
  const to = poison ? evolved.last?.position : position;
  if (to !== undefined && evolved.last) {
    const move = { from: at.stored, to, epoch: at.epoch, now: isoTime(clock.now()), last: evolved.last };
    await postgres.transaction(async (client) => {
      await moveCheckpoint(client, projection, move, place);
      await store.write(client);
    });
    store.settle();
    at.stored = to;
    at.seen = to;
    onProgress?.();
  }
  if (poison) throw poison;
}

type Opened = { readonly recorded: RecordedEvent; readonly event: ProjectedEvent };

/** Projections that share a reader look at the same events: each is checked against its schema once. */
const opened = new WeakMap<RecordedEvent, ProjectedEvent>();

function openOnce(recorded: RecordedEvent): ProjectedEvent {
  const known = opened.get(recorded);
  if (known) return known;
  const { id, stream, revision, metadata } = recorded;
  const event = { ...openEvent(recorded), id, stream, revision: Number(revision), chain: metadata.chain };
  opened.set(recorded, event);
  return event;
}

/** The events as today's code reads them and the rows that they need, up to the first that it cannot read. */
function openAll(projection: Projection, recorded: readonly RecordedEvent[]) {
  const events: Opened[] = [];
  const keys: Key[] = [];
  for (const one of recorded) {
    try {
      const event = openOnce(one);
      keys.push(...projection.keysOf(event));
      events.push({ recorded: one, event });
    } catch (error) {
      return { events, keys, poison: new PoisonError(one, error) };
    }
  }
  return { events, keys, poison: undefined };
}

function evolveAll(projection: Projection, store: RowStore, events: readonly Opened[]) {
  let last: RecordedEvent | undefined;
  for (const { recorded, event } of events) {
    try {
      store.stage(projection.evolve(store.rows, event));
      last = recorded;
    } catch (error) {
      return { last, poison: new PoisonError(recorded, error) };
    }
  }
  return { last, poison: undefined };
}

/** One after the other: a touch never runs inside a batch. */
function createQueue(): (work: () => Promise<void>) => Promise<void> {
  let tail: Promise<unknown> = Promise.resolve();
  return (work) => {
    const result = tail.then(work);
    tail = result.catch(() => undefined);
    return result;
  };
}
