// npm run rerate -- --from T --to T --catalog N: tells costs of the past at the prices of catalog version N. No past event is
// touched: `GET /v1/usage?rerated=true` and the table request_rerates have the corrected figures.
import { RouterError } from '../domain/errors.ts';
import { openEventStore } from '../eventstore/open.ts';
import { StartError } from '../platform/startError.ts';
import { requestRerate } from '../replay/requestRerate.ts';
import { databaseUrlOf, readArguments, readTime, runCommand } from './command.ts';

const USAGE = 'npm run rerate -- --from 2026-11-01 [--to 2026-11-08T00:00:00Z] --catalog 71';

await runCommand(async ({ env, clock, random, logger }) => {
  const { options } = readArguments(USAGE, ['from', 'to', 'catalog']);
  const from = readTime(USAGE, 'from', options['from']);
  const catalog = options['catalog'] ?? '';
  if (from === undefined) throw new StartError(`--from: found nothing; allowed: an ISO date or time\nUsage: ${USAGE}`);
  if (!/^\d{1,9}$/.test(catalog))
    throw new StartError(
      `--catalog: found ${JSON.stringify(catalog)}; allowed: a version of the catalog\nUsage: ${USAGE}`,
    );
  const to = readTime(USAGE, 'to', options['to']) ?? clock.now();
  const databaseUrl = databaseUrlOf(env);
  const store = openEventStore({ url: env.eventStoreUrl, databaseUrl, applicationName: 'omni-rerate', clock, logger });
  try {
    const wish = { from, to, catalogVersion: Number(catalog), by: 'npm run rerate' };
    const days = await requestRerate({ store, clock, random }, wish);
    console.log(`Asked for ${days} day${days === 1 ? '' : 's'}; the projection \`rerates\` tells them in a moment.`);
  } catch (error) {
    if (error instanceof RouterError) throw new StartError(`${error.message}\nUsage: ${USAGE}`, { cause: error });
    throw error;
  } finally {
    await store.close();
  }
});
