// npm run sync-models: applies an edited config/models.yaml to the catalog as events, and prints what changed.
import { openEventStore } from '../eventstore/open.ts';
import { CONFIG_FILES, applyModelsFile, publishPolicy } from '../setup.ts';
import { databaseUrlOf, runCommand } from './command.ts';
import { formatTable } from './formatTable.ts';

await runCommand(async ({ env, clock, random, logger }) => {
  const store = openEventStore({
    url: env.eventStoreUrl,
    databaseUrl: databaseUrlOf(env),
    applicationName: 'omni-sync-models',
    clock,
    logger,
  });
  try {
    const events = await applyModelsFile({ store, clock, random }, CONFIG_FILES.models, 'sync-models');
    const policy = await publishPolicy({ store, clock, random }, CONFIG_FILES.policy, 'sync-models');
    console.log(
      events.length === 0
        ? 'The catalog says what the file says: nothing changed.'
        : formatTable(
            events.map(({ type, data }) => ({
              event: type,
              model: 'modelId' in data ? data.modelId : '',
              source: 'source' in data ? data.source : '',
            })),
          ),
    );
    if (policy) console.log('The routing policy was published anew.');
  } finally {
    await store.close();
  }
});
