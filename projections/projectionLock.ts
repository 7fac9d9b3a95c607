// One writer a projection: a session advisory lock, which the database gives back by itself when its holder dies.
import { createHash } from 'node:crypto';
import type { Clock } from '../src/platform/clock.ts';
import type { Postgres, PostgresSession } from '../src/platform/postgres.ts';

/** Asks again at that interval: a waiting query could not be ended cleanly. */
const ASK_AGAIN_MS = 500;

export function lockNumber(projection: string): bigint {
  return createHash('sha256').update(`projection ${projection}`).digest().readBigInt64BE();
}

/** Waits for the lock. Undefined when the signal comes first. The lock is held until the session is closed or lost. */
export async function waitForLock(options: {
  readonly postgres: Postgres;
  readonly projection: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onWait: () => void;
}): Promise<PostgresSession | undefined> {
  const { postgres, projection, clock, signal } = options;
  const session = await postgres.openSession();
  let told = false;
  try {
    while (!signal.aborted) {
      const { rows } = await session.query<{ held: boolean }>('select pg_try_advisory_lock($1) as held', [
        lockNumber(projection),
      ]);
      if (rows[0]?.held) return session;
      if (!told) options.onWait();
      told = true;
      await pause(clock, ASK_AGAIN_MS, signal);
    }
  } catch (error) {
    await closeSession(session);
    throw error;
  }
  await closeSession(session);
  return undefined;
}

export async function closeSession(session: PostgresSession): Promise<void> {
  if (!session.lost.aborted) await session.close();
}

/** Waits, and returns early when aborted: the caller looks at the signal itself. */
export async function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  try {
    await clock.sleep(ms, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
