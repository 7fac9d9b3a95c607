// npm run sync-models: applies an edited config/models.yaml to the catalog as events, and prints what changed.
import type { DomainEvent } from '../domain/events.ts';
import { openEventStore } from '../eventstore/open.ts';
import { CONFIG_FILES, applyModelsFile, publishPolicy } from '../setup.ts';
import { databaseUrlOf, runCommand } from './command.ts';
import { formatTable } from './formatTable.ts';

await runCommand(async ({ env, clock, random, logger }) => {
  const databaseUrl = databaseUrlOf(env);
  const store = openEventStore({
    url: env.eventStoreUrl,
    databaseUrl,
    applicationName: 'omni-sync-models',
    clock,
    logger,
  });
  try {
    const events = await applyModelsFile({ store, clock, random }, CONFIG_FILES.models, 'sync-models');
    const policy = await publishPolicy({ store, clock, random }, CONFIG_FILES.policy, 'sync-models');
    console.log(
      events.length === 0 ? 'The catalog says what the file says: nothing changed.' : formatTable(events.map(toRow)),
    );
    if (policy) console.log('The routing policy was published anew.');
  } finally {
    await store.close();
  }
});

function toRow({ type, data }: DomainEvent): Record<string, unknown> {
  return { event: type, model: 'modelId' in data ? data.modelId : '', source: 'source' in data ? data.source : '' };
}
