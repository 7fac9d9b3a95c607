// The process `projections`: keeps every read model up to date. A second copy waits, projection by projection, to take over.
import { requireDatabase, runMain } from '../src/runMain.ts';
import { openTools } from './openTools.ts';
import { PROJECTIONS } from './registry.ts';
import { runProjection } from './runner.ts';

await runMain('projections', async (env, lifecycle, logger) => {
  const { eventStoreUrl } = env;
  const tools = await openTools(lifecycle, { databaseUrl: requireDatabase(env), eventStoreUrl, logger });
  const running = PROJECTIONS.map((projection) => runProjection(projection, tools));
  lifecycle.own('the projections', () => Promise.all(running));
});
