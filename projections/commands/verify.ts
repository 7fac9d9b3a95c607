// `npm run verify [-- --from T --to T]`: proves that log, decisions, amounts and read models agree, or tells each place where they do
// not, with exit code 1. The times limit which decisions are taken again; chains and read models are always checked whole.
import { databaseUrlOf, readArguments, readTime } from '../../src/cli/command.ts';
import { StartError } from '../../src/platform/startError.ts';
import { runMain } from '../../src/runMain.ts';
import { formatVerify } from '../formatVerify.ts';
import { openTools } from '../openTools.ts';
import { PROJECTIONS } from '../registry.ts';
import { isWhole, verifyAll } from '../verify.ts';

const USAGE = 'npm run verify [-- --from 2026-11-01 --to 2026-12-01T00:00:00Z]';
const TELL_EVERY = 100_000;

await runMain('verify', async (env, lifecycle, logger) => {
  const { options } = readArguments(USAGE, ['from', 'to']);
  const range = { from: readTime(USAGE, 'from', options['from']), to: readTime(USAGE, 'to', options['to']) };
  const { eventStoreUrl } = env;
  const tools = await openTools(lifecycle, { databaseUrl: databaseUrlOf(env), eventStoreUrl, logger });
  let told = 0;
  const onProgress = (events: number) => {
    if (events - told < TELL_EVERY) return;
    told = events;
    logger.info('reading the log', { events });
  };
  const report = await verifyAll(PROJECTIONS, tools, { range, onProgress });
  process.stdout.write(`${formatVerify(report)}\n`);
  process.exitCode = isWhole(report) ? 0 : 1;
  lifecycle.stop('done', isWhole(report) ? undefined : new StartError('something is not as the log says it was'));
});
