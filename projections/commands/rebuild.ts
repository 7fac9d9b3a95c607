// `npm run rebuild -- <projection>|<table>|all`: builds its tables again from the event log beside the live ones and
// exchanges them in one transaction, also while the system runs.
import { databaseUrlOf } from '../../src/cli/command.ts';
import { StartError } from '../../src/platform/startError.ts';
import { runMain } from '../../src/runMain.ts';
import { type ProjectionTools, openTools } from '../openTools.ts';
import type { Projection } from '../projection.ts';
import { rebuildProjection } from '../rebuildProjection.ts';
import { PROJECTIONS, findProjections } from '../registry.ts';

const TELL_EVERY_MS = 1_000;

/** @throws StartError that lists what there is */
function choose(name: string): readonly Projection[] {
  const chosen = findProjections(name);
  if (chosen.length > 0) return chosen;
  const names = PROJECTIONS.map((one) => `${one.name} (${one.tables.map(({ name: table }) => table).join(', ')})`);
  throw new StartError(`which projection? Found "${name}"; allowed: all, ${names.join(', ')}`);
}

async function rebuild(projection: Projection, tools: ProjectionTools): Promise<void> {
  const { clock } = tools;
  const logger = tools.logger.child({ projection: projection.name });
  const startedAt = clock.monotonicMs();
  let toldAt = startedAt;
  await rebuildProjection(projection, tools, ({ events, lastEventAt }) => {
    if (clock.monotonicMs() - toldAt < TELL_EVERY_MS) return;
    toldAt = clock.monotonicMs();
    logger.info('rebuilding', { events, upTo: lastEventAt?.toISOString() ?? 'start' });
  });
  logger.info('rebuilt', { seconds: Math.round((clock.monotonicMs() - startedAt) / 100) / 10 });
}

await runMain('rebuild', async (env, lifecycle, logger) => {
  const chosen = choose(process.argv[2] ?? '');
  const { eventStoreUrl } = env;
  const tools = await openTools(lifecycle, { databaseUrl: databaseUrlOf(env), eventStoreUrl, logger });
  // Together they read the log once.
  await Promise.all(chosen.map((projection) => rebuild(projection, tools)));
  lifecycle.stop('done');
});
