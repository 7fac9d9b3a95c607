// Builds a projection again from the first event, beside its live tables, and puts the new ones in their place in one transaction.
// Reads and a running copy go on meanwhile; a rebuild that was killed goes on where it was.
import { type EventStore, START } from '../src/eventstore/eventStore.ts';
import { scanLog } from '../src/eventstore/scanLog.ts';
import { type Clock, isoTime } from '../src/platform/clock.ts';
import type { Logger } from '../src/platform/logger.ts';
import type { Postgres, PostgresSession, Queryable } from '../src/platform/postgres.ts';
import { type Applier, createApplier } from './applyBatch.ts';
import { holdCheckpoint, replaceCheckpoint, takeCheckpoint } from './checkpoint.ts';
import type { Place } from './place.ts';
import type { Projection } from './projection.ts';
import { closeSession, pause, waitForLock } from './projectionLock.ts';
import { isSameLog } from './sameLog.ts';
import { addIndexes, createShadow, dropShadow, exchangeTables } from './shadow.ts';

export type RebuildProgress = {
  /** Events of its categories so far, in this run. */
  readonly events: number;
  /** When the newest event that is in was stored. */
  readonly lastEventAt: Date | null;
};
export type RebuildTools = {
  readonly postgres: Postgres;
  /** Connections whose statements may take as long as a table is large, where there are such. */
  readonly patient?: Postgres;
  readonly store: EventStore;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
};

const WAIT_FOR_READERS_MS = 1_000;
const LOCK_NOT_AVAILABLE = '55P03';

export function shadowPlace(projection: Projection): Place {
  return { schema: `rebuild_${projection.name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}` };
}

/**
 * Resolves when everything that was in the log at the start is in the live tables again.
 * @throws PoisonError when an event cannot be projected: the live tables stay as they are
 */
export async function rebuildProjection(
  projection: Projection,
  given: RebuildTools,
  onProgress: (progress: RebuildProgress) => void = () => {},
): Promise<void> {
  const tools = { ...given, postgres: given.patient ?? given.postgres };
  const { postgres, clock, signal, logger } = tools;
  const lock = await waitForLock({
    postgres,
    projection: `rebuild ${projection.name}`,
    clock,
    signal,
    onWait: () => logger.info('another process builds this projection again; waiting for it'),
  });
  if (!lock) throw signal.reason;
  try {
    await rebuildUnderLock(projection, tools, lock, onProgress);
  } finally {
    await closeSession(lock);
  }
}

async function rebuildUnderLock(
  projection: Projection,
  tools: RebuildTools,
  lock: PostgresSession,
  onProgress: (progress: RebuildProgress) => void,
): Promise<void> {
  const { postgres, clock, signal } = tools;
  const place = shadowPlace(projection);
  const shadow = await openShadow(projection, tools, place);
  const progress: Progress = { events: 0, lastEventAt: null, position: shadow.position };
  const onBatch = () => {
    signal.throwIfAborted();
    lock.lost.throwIfAborted();
    onProgress(progress);
  };
  // Most of it while a running copy goes on; each round leaves less.
  await fill(projection, tools, shadow.applier, progress, onBatch);
  await addIndexes(postgres, projection, place);
  await fill(projection, tools, shadow.applier, progress, onBatch);
  await exchangeWhenFree(tools, async (client) => {
    await holdCheckpoint(client, projection);
    await fill(projection, tools, shadow.applier, progress, onBatch);
    await exchangeTables(client, projection, place);
    await replaceCheckpoint(client, projection, { ...progress, now: isoTime(clock.now()), place });
  });
  await dropShadow(postgres, place);
}

/**
 * The exchange needs the tables for itself for a moment. Somebody's long query must not make everybody wait behind that wish: it is given
 * up after a little while, and made again.
 */
async function exchangeWhenFree(
  { postgres, clock, logger, signal }: RebuildTools,
  exchange: (client: Queryable) => Promise<void>,
): Promise<void> {
  for (;;) {
    try {
      await postgres.transaction(async (client) => {
        await client.query(`set local lock_timeout = '${WAIT_FOR_READERS_MS}ms'`);
        await exchange(client);
      });
      return;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === LOCK_NOT_AVAILABLE)) throw error;
      logger.info('somebody reads the tables for long; the exchange waits for that');
      await pause(clock, WAIT_FOR_READERS_MS, signal);
      signal.throwIfAborted();
    }
  }
}

type Progress = { events: number; lastEventAt: Date | null; position: string };

/** The copies as an earlier run left them, or new ones; those of another version, or of another log, are thrown away. */
async function openShadow(projection: Projection, { postgres, store, clock }: RebuildTools, place: Place) {
  await createShadow(postgres, projection, place);
  let checkpoint = await takeCheckpoint(postgres, projection, isoTime(clock.now()), place);
  if (checkpoint.outdated || !(await isSameLog(store, checkpoint))) {
    await dropShadow(postgres, place);
    await createShadow(postgres, projection, place);
    checkpoint = await takeCheckpoint(postgres, projection, isoTime(clock.now()), place);
  }
  return { position: checkpoint.position, applier: createApplier(projection, { postgres, clock, place }, checkpoint) };
}

async function fill(
  projection: Projection,
  { store, clock, signal }: RebuildTools,
  applier: Applier,
  progress: Progress,
  onBatch: () => void,
): Promise<void> {
  const scan = { store, clock, signal, categories: projection.categories, after: progress.position || START };
  for await (const batch of scanLog(scan)) {
    await applier.apply(batch);
    progress.position = batch.position;
    progress.events += batch.events.length;
    progress.lastEventAt = batch.events.at(-1)?.recordedAt ?? progress.lastEventAt;
    onBatch();
  }
  signal.throwIfAborted();
}
