// The process `projections`: keeps every read model up to date. A second copy waits, projection by projection, to take over.
import { openTools } from './openTools.ts';
import { PROJECTIONS } from './registry.ts';
import { runProjection } from './runner.ts';
import { startProcess } from './startProcess.ts';

await startProcess('projections', async ({ lifecycle, ...tools }) => {
  const { postgres, store } = await openTools(lifecycle, tools);
  const { clock, logger } = tools;
  const signal = lifecycle.stopping;
  const running = PROJECTIONS.map((one) => runProjection(one, { postgres, store, clock, logger, signal }));
  lifecycle.own('the projections', () => Promise.all(running));
});
