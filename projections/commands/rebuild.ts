// `npm run rebuild -- <projection>|<table>|all`: empties its tables and fills them again from the event log, also while the
// system runs.
import { databaseUrlOf } from '../../src/cli/command.ts';
import { StartError } from '../../src/platform/startError.ts';
import { openTools } from '../openTools.ts';
import { rebuildProjection } from '../rebuildProjection.ts';
import { PROJECTIONS, findProjections } from '../registry.ts';
import { type ProcessTools, startProcess } from '../startProcess.ts';

const TELL_EVERY_MS = 1_000;

async function rebuild(name: string, { lifecycle, ...tools }: ProcessTools): Promise<void> {
  const chosen = findProjections(name);
  if (chosen.length === 0) {
    const names = PROJECTIONS.map((one) => `${one.name} (${one.tables.map(({ name: table }) => table).join(', ')})`);
    throw new StartError(`which projection? Found "${name}"; allowed: all, ${names.join(', ')}`);
  }
  // As every command: without DATABASE_URL, the embedded database of the router that runs here.
  const env = { ...tools.env, databaseUrl: databaseUrlOf(tools.env) };
  const { postgres, store } = await openTools(lifecycle, { ...tools, env });
  const { clock, logger } = tools;
  for (const projection of chosen) {
    const startedAt = clock.monotonicMs();
    let toldAt = startedAt;
    logger.info('rebuilding', { projection: projection.name });
    const runner = { postgres, store, clock, logger, signal: lifecycle.stopping };
    await rebuildProjection(projection, runner, ({ lastEventAt }) => {
      if (clock.monotonicMs() - toldAt < TELL_EVERY_MS) return;
      toldAt = clock.monotonicMs();
      logger.info('rebuilding', { projection: projection.name, upTo: lastEventAt?.toISOString() ?? 'start' });
    });
    const seconds = Math.round((clock.monotonicMs() - startedAt) / 100) / 10;
    logger.info('rebuilt', { projection: projection.name, seconds });
  }
}

await startProcess('rebuild', async (tools) => {
  await rebuild(process.argv[2] ?? '', tools);
  tools.lifecycle.stop('done');
});
