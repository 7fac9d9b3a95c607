// Before anything runs: migrations, the first catalog, the policy. Safe to run at any time and twice at once.
import { join } from 'node:path';
import { type Env, loadEnv } from './config/env.ts';
import { loadModelsFile, loadPolicyFile } from './config/load.ts';
import { readTogether } from './config/readTogether.ts';
import { toModelWish } from './config/toModelWish.ts';
import { saysTheSame } from './domain/canonicalJson.ts';
import { planCatalogChanges } from './domain/catalogChanges.ts';
import { CATALOG_STREAM, type DomainEvent, POLICY_STREAM } from './domain/events.ts';
import { type Revised, foldCatalog, foldPolicy } from './domain/foldCatalog.ts';
import { appendChanges } from './eventstore/appendChanges.ts';
import { type EventStore, StoreUnavailableError } from './eventstore/eventStore.ts';
import { isFinal } from './eventstore/eventstoredbForms.ts';
import { openEventStore } from './eventstore/open.ts';
import { type Clock, type Random, createRandom, isoTime, systemClock } from './platform/clock.ts';
import { isMain } from './platform/isMain.ts';
import { type Logger, createLogger } from './platform/logger.ts';
import { migrate } from './platform/migrations.ts';
import { StartError } from './platform/startError.ts';

export type SetupTools = { readonly store: EventStore; readonly clock: Clock; readonly random: Random };
export type ConfigFiles = { readonly models: string; readonly policy: string };

export const CONFIG_FILES: ConfigFiles = {
  models: join('config', 'models.yaml'),
  policy: join('config', 'routing.yaml'),
};
export const MIGRATIONS = join('sql', 'migrations');
/** Both files, to be read beside the environment. */
export const FILE_READERS = [() => loadModelsFile(CONFIG_FILES.models), () => loadPolicyFile(CONFIG_FILES.policy)];

/**
 * Brings the database and the log to where this release needs them.
 * @throws ConfigError for a file that cannot be used, StartError when the log of EVENTSTORE_URL cannot be reached or refuses us
 */
export async function setUp(settings: {
  databaseUrl: string;
  eventStoreUrl: string | undefined;
  logger: Logger;
  clock: Clock;
  random: Random;
}): Promise<void> {
  const { databaseUrl, eventStoreUrl, logger, clock, random } = settings;
  // Both files are read first: a bad one must not leave half a setup.
  readTogether(FILE_READERS);
  for (const url of new Set([databaseUrl, eventStoreUrl ?? databaseUrl])) {
    if (!url.startsWith('postgres')) continue;
    const applied = await migrate({ databaseUrl: url, directory: MIGRATIONS, logger });
    if (applied.length > 0) logger.info('the database was migrated', { applied });
  }
  const store = openEventStore({ url: eventStoreUrl, databaseUrl, applicationName: 'omni-setup', clock, logger });
  try {
    // Read models follow the whole log: a user who may write to it but not read it would leave them empty.
    await store.head();
    const catalog = await applyModelsFile({ store, clock, random }, CONFIG_FILES.models, 'setup');
    const policy = await publishPolicy({ store, clock, random }, CONFIG_FILES.policy, 'setup');
    if (catalog.length > 0) logger.info('the catalog was brought up to the models file', { events: catalog.length });
    if (policy) logger.info('the routing policy was published');
  } catch (error) {
    if (eventStoreUrl === undefined || !(error instanceof StoreUnavailableError || isFinal(error))) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new StartError(`EVENTSTORE_URL: the log there cannot be used: ${why}`, { cause: error });
  } finally {
    await store.close();
  }
}

/** Appends what the models file changes, in one append. Returns those events. */
export async function applyModelsFile(tools: SetupTools, file: string, by: string): Promise<readonly DomainEvent[]> {
  // Read once, before anything is planned again.
  const plan = modelsFilePlan(tools, file, by);
  return await appendChanges(tools, CATALOG_STREAM, plan);
}

/** What the models file would change of a catalog of these events. */
export function planModelsFile(
  tools: Pick<SetupTools, 'clock'>,
  file: string,
  by: string,
  events: readonly Revised[],
): readonly DomainEvent[] {
  return modelsFilePlan(tools, file, by)(events);
}

function modelsFilePlan({ clock }: Pick<SetupTools, 'clock'>, file: string, by: string) {
  const { models, overrides } = loadModelsFile(file);
  const wishes = { models: models.map(toModelWish), overrides: overrides.map(toModelWish) };
  const at = isoTime(clock.now());
  return (events: readonly Revised[]) => planCatalogChanges(foldCatalog(events), wishes, { at, by });
}

/** Publishes the policy file when it says something else than the last published policy. */
export async function publishPolicy(tools: SetupTools, file: string, by: string): Promise<boolean> {
  const policy = loadPolicyFile(file);
  const at = isoTime(tools.clock.now());
  const appended = await appendChanges(tools, POLICY_STREAM, (events) =>
    saysTheSame(foldPolicy(events)?.policy, policy) ? [] : [{ type: 'PolicyPublished', data: { policy, at, by } }],
  );
  return appended.length > 0;
}

/** `npm run setup` and the Procfile's `release`. */
async function main(env: Env): Promise<void> {
  const logger = createLogger({ level: env.logLevel, json: env.nodeEnv === 'production', process: 'setup' });
  if (env.databaseUrl === undefined) {
    throw new Error(
      'DATABASE_URL: found nothing; allowed: the database to set up (without one, `npm start` runs its own and sets it up)',
    );
  }
  await setUp({
    databaseUrl: env.databaseUrl,
    eventStoreUrl: env.eventStoreUrl,
    logger,
    clock: systemClock,
    random: createRandom(systemClock),
  });
  logger.info('set up');
}

if (isMain(import.meta.url)) {
  try {
    const [env] = readTogether([() => loadEnv(), ...FILE_READERS]);
    await main(env);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
