// Builds a projection again from the first event, also while the system runs: the reset makes a running copy start again, and
// where none runs this process does the work itself.
import { isoTime } from '../src/platform/clock.ts';
import { resetProjection } from './checkpoint.ts';
import type { Projection } from './projection.ts';
import { pause } from './projectionLock.ts';
import { type RunnerTools, runProjection } from './runner.ts';

export type RebuildProgress = {
  readonly caughtUp: boolean;
  /** When the newest event that is in was stored. */
  readonly lastEventAt: Date | null;
};

const LOOK_EVERY_MS = 200;

/**
 * Resolves when everything that was in the log at the start is in the tables again.
 * @throws Error when the projection stops at an event, or the signal is aborted
 */
export async function rebuildProjection(
  projection: Projection,
  tools: RunnerTools,
  onProgress: (progress: RebuildProgress) => void = () => {},
): Promise<void> {
  const { postgres, clock } = tools;
  const startedAt = clock.now();
  await resetProjection(postgres, projection, isoTime(startedAt));
  const done = new AbortController();
  const signal = AbortSignal.any([tools.signal, done.signal]);
  // It waits on the lock as long as another copy does the same work.
  const running = runProjection(projection, { ...tools, signal, heartbeatMs: LOOK_EVERY_MS });
  try {
    for (;;) {
      await pause(clock, LOOK_EVERY_MS, signal);
      tools.signal.throwIfAborted();
      const progress = await readProgress(projection, tools, startedAt);
      onProgress(progress);
      if (progress.caughtUp) return;
    }
  } finally {
    done.abort();
    await running;
  }
}

async function readProgress(
  projection: Projection,
  { postgres }: RunnerTools,
  startedAt: number,
): Promise<RebuildProgress> {
  const { rows } = await postgres.query<{
    last_event_at: Date | null;
    caught_up_at: Date | null;
    failure: string | null;
  }>('select last_event_at, caught_up_at, failure from projection_checkpoints where name = $1', [projection.name]);
  const [row] = rows;
  if (row?.failure != null) throw new Error(`${projection.name} stopped at an event: ${row.failure}`);
  const lastEventAt = row?.last_event_at ?? null;
  // Under constant load the end of the log is never seen; an event stored after the start is as good.
  const passedStart = lastEventAt !== null && lastEventAt.getTime() >= startedAt;
  return { lastEventAt, caughtUp: row?.caught_up_at != null || passedStart };
}
