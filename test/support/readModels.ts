// Running projections beside a test router, and waiting until they have seen everything.
import { after, before } from 'mocha';
import { PROJECTIONS } from '../../projections/registry.ts';
import { runProjection } from '../../projections/runner.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { silentLogger } from './logger.ts';
import type { TestRouter } from './router.ts';
import { until } from './until.ts';

/** Call inside `describe`, behind `useRouter`. */
export function useReadModels(router: () => TestRouter): { caughtUp(): Promise<void> } {
  const stop = new AbortController();
  let running: Promise<void>[] = [];
  before(() => {
    const { postgres, store } = router();
    const tools = { postgres, store, clock: systemClock, logger: silentLogger, signal: stop.signal, heartbeatMs: 50 };
    running = PROJECTIONS.map((projection) => runProjection(projection, tools));
  });
  after(async () => {
    stop.abort();
    await Promise.all(running);
  });
  return {
    async caughtUp() {
      const { postgres, store } = router();
      await until(
        async () => {
          const head = await store.head();
          const { rows } = await postgres.query<{ n: bigint }>(
            'select count(*) as n from projection_checkpoints where position = $1',
            [head],
          );
          return Number(rows[0]?.n) === PROJECTIONS.length;
        },
        { within: 15_000, what: 'the read models at the end of the log' },
      );
    },
  };
}
