// One run at a time for what must not run twice at once: a session lock of the database, let go of when the process ends however it ends.
import type { Clock } from '../../src/platform/clock.ts';
import type { Postgres } from '../../src/platform/postgres.ts';

const WAIT_MS = 120_000;
const LOOK_MS = 250;

/** Waits for another run of the same name; `work` gets a signal that is aborted when the lock is lost. @throws Error after two minutes */
export async function withRunLock<T>(
  { postgres, clock }: { readonly postgres: Postgres; readonly clock: Clock },
  name: string,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const session = await postgres.openSession();
  try {
    const deadline = clock.monotonicMs() + WAIT_MS;
    for (;;) {
      const { rows } = await session.query<{ held: boolean }>(
        `select pg_try_advisory_lock(hashtext('omni.job'), hashtext($1)) as held`,
        [name],
      );
      if (rows[0]?.held) break;
      if (clock.monotonicMs() > deadline) throw new Error(`another run of ${name} has not ended for two minutes`);
      await clock.sleep(LOOK_MS, signal);
    }
    return await work(AbortSignal.any([signal, session.lost]));
  } finally {
    await session.close();
  }
}
