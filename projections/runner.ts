// Keeps one projection up to date for as long as the process lives. Whatever goes wrong stops only this projection: it says
// so, waits longer each time, and goes on from its checkpoint.
import { type EventStore, StoreUnavailableError } from '../src/eventstore/eventStore.ts';
import { countAfter } from '../src/eventstore/scanLog.ts';
import { type Clock, isoTime } from '../src/platform/clock.ts';
import type { Logger } from '../src/platform/logger.ts';
import { type Postgres, cannotNow } from '../src/platform/postgres.ts';
import { type Applier, PoisonError, createApplier } from './applyBatch.ts';
import {
  type Checkpoint,
  CheckpointMovedError,
  recordFailure,
  restartCheckpoint,
  takeCheckpoint,
} from './checkpoint.ts';
import type { Projection } from './projection.ts';
import { closeSession, pause, waitForLock } from './projectionLock.ts';
import { rebuildProjection } from './rebuildProjection.ts';
import { isSameLog } from './sameLog.ts';

export type RunnerTools = {
  readonly postgres: Postgres;
  /** Connections whose statements may take as long as a table is large, where there are such. */
  readonly patient?: Postgres;
  readonly store: EventStore;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  /** How often the checkpoint says that there is nothing to do. */
  readonly heartbeatMs?: number;
  readonly retryMs?: { readonly least: number; readonly most: number };
};

const HEARTBEAT_MS = 2_000;
/** More than that wait is all that has to be known. */
const MOST_COUNTED = 100_000;
const RETRY_MS = { least: 250, most: 30_000 };
const MOST_AWAY_MS = 5_000;

/** Resolves when the signal is aborted and what was begun is committed; it rejects for nothing. */
export async function runProjection(projection: Projection, tools: RunnerTools): Promise<void> {
  const { clock, signal, retryMs = RETRY_MS } = tools;
  const logger = tools.logger.child({ projection: projection.name });
  const wait = { ms: retryMs.least };
  const onProgress = () => {
    wait.ms = retryMs.least;
  };
  while (!signal.aborted) {
    try {
      await runUnderLock(projection, { ...tools, logger }, onProgress);
      // A backend may end a subscription by itself: it is asked again, not in a tight circle.
      await pause(clock, retryMs.least, signal);
    } catch (error) {
      if (error instanceof CheckpointMovedError) {
        logger.info('its checkpoint was moved by somebody else; reading it again');
        continue;
      }
      tell(logger, error, wait.ms);
      await keepFailure(projection, tools, error, logger);
      await pause(clock, wait.ms, signal);
      // An event that cannot be projected waits for a person; a log that is away comes back by itself, and then many rows wait.
      wait.ms = Math.min(wait.ms * 2, error instanceof StoreUnavailableError ? MOST_AWAY_MS : Infinity, retryMs.most);
    }
  }
}

async function runUnderLock(projection: Projection, tools: RunnerTools, onProgress: () => void): Promise<void> {
  const { postgres, patient, clock, logger, signal } = tools;
  const lock = await waitForLock({
    postgres,
    projection: projection.name,
    clock,
    signal,
    onWait: () => logger.info('another copy keeps this projection; waiting to take over'),
  });
  if (!lock) return;
  try {
    const checkpoint = await openCheckpoint(projection, tools);
    logger.info('projection runs', { from: checkpoint.position || 'start' });
    const applier = createApplier(projection, { postgres, patient, clock, onProgress }, checkpoint);
    await follow(projection, tools, applier, checkpoint.position, lock.lost);
  } finally {
    await closeSession(lock);
  }
}

/** Where to go on. Rows of an older version, or of a log that is not this one, are built again first. */
async function openCheckpoint(projection: Projection, tools: RunnerTools): Promise<Checkpoint> {
  const { postgres, store, clock, logger } = tools;
  const checkpoint = await takeCheckpoint(postgres, projection, isoTime(clock.now()));
  const moved = !(await isSameLog(store, checkpoint));
  if (!checkpoint.outdated && !moved) return checkpoint;
  const why = moved ? 'this is not the log that the rows were made from' : 'the rows are of an older version';
  if (projection.keepsRows) {
    logger.warn(`${why}: it is followed from its beginning, and held to what was seen`);
    return await restartCheckpoint(postgres, projection, checkpoint);
  }
  logger.info(`${why}: they are built again beside the live ones, which stay readable`);
  await rebuildProjection(projection, tools);
  return await takeCheckpoint(postgres, projection, isoTime(clock.now()));
}

async function follow(
  projection: Projection,
  tools: RunnerTools,
  applier: Applier,
  start: string,
  lost: AbortSignal,
): Promise<void> {
  const { store, signal } = tools;
  const over = new AbortController();
  const ended = AbortSignal.any([signal, lost, over.signal]);
  const heart = beat(projection, tools, applier, ended, over);
  try {
    for await (const batch of store.subscribe(start, projection.categories, ended)) {
      if (ended.aborted) break;
      await applier.apply(batch);
    }
  } finally {
    over.abort();
    await heart.stopped;
  }
  if (heart.failure) throw heart.failure;
  if (lost.aborted && !signal.aborted)
    throw new Error('the connection that holds the lock was lost', { cause: lost.reason });
}

/** Says every few seconds that the projection lives and whether anything is waiting. Ends the subscription when it cannot. */
function beat(
  projection: Projection,
  { store, clock, heartbeatMs = HEARTBEAT_MS }: RunnerTools,
  applier: Applier,
  ended: AbortSignal,
  over: AbortController,
) {
  const heart: { stopped: Promise<void>; failure: Error | undefined } = {
    stopped: Promise.resolve(),
    failure: undefined,
  };
  const run = async (): Promise<void> => {
    try {
      while (!ended.aborted) {
        await applier.touch(await store.head(), (after) =>
          countAfter(store, { clock, after, categories: projection.categories, most: MOST_COUNTED, signal: ended }),
        );
        await pause(clock, heartbeatMs, ended);
      }
    } catch (error) {
      heart.failure = error instanceof Error ? error : new Error(String(error), { cause: error });
      over.abort();
    }
  };
  heart.stopped = run();
  return heart;
}

function tell(logger: Logger, error: unknown, retryMs: number): void {
  if (error instanceof PoisonError) {
    const { id, type, stream, position } = error.event;
    const fields = { error: error.cause, eventId: id, type, stream, position, retryMs };
    logger.error('stopped at an event that it cannot project; it is not skipped', fields);
  } else if (error instanceof StoreUnavailableError) {
    logger.warn('the event log is away; the projection goes on when it is back', { error, retryMs });
  } else if (cannotNow(error)) {
    logger.warn('the database is away or cannot take it now; the projection goes on when it can', { error, retryMs });
  } else {
    logger.error('the projection failed; trying again', { error, retryMs });
  }
}

/** For /ready and for people with SQL. Only the log line is left when the database does not take it. */
async function keepFailure(projection: Projection, tools: RunnerTools, error: unknown, logger: Logger): Promise<void> {
  if (!(error instanceof PoisonError)) return;
  const { id, position } = error.event;
  try {
    const now = isoTime(tools.clock.now());
    await recordFailure(tools.postgres, projection, { eventId: id, position, message: error.message, now });
  } catch (cause) {
    logger.warn('the failure could not be kept in the checkpoint table', { error: cause });
  }
}
