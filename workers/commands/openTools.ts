// What the commands of the catalog are given: the database and the log of a running router, and the same feeds as its jobs.
import type { CommandTools } from '../../src/cli/command.ts';
import { databaseUrlOf } from '../../src/cli/command.ts';
import { loadModelsFile } from '../../src/config/load.ts';
import { openEventStore } from '../../src/eventstore/open.ts';
import { openPostgres } from '../../src/platform/postgres.ts';
import { CONFIG_FILES } from '../../src/setup.ts';
import { type JobTools, placesOf } from '../job.ts';

const models = () => loadModelsFile(CONFIG_FILES.models);

export async function withJobTools<T>(command: CommandTools, work: (tools: JobTools) => Promise<T>): Promise<T> {
  const { env, clock, random, logger } = command;
  const databaseUrl = databaseUrlOf(env);
  const applicationName = 'omni-catalog';
  const postgres = openPostgres({ connectionString: databaseUrl, applicationName, max: 3, logger });
  const store = openEventStore({ url: env.eventStoreUrl, databaseUrl, applicationName, clock, logger });
  try {
    return await work({ postgres, store, clock, random, logger, places: placesOf(env), models });
  } finally {
    await store.close();
    await postgres.close();
  }
}

/** `--dry-run` and its like have no value: they are taken out before the other options are read. */
export function takeFlags<Name extends string>(
  argv: readonly string[],
  names: readonly Name[],
): { readonly flags: Readonly<Record<Name, boolean>>; readonly rest: string[] } {
  const flags = Object.fromEntries(names.map((name) => [name, argv.includes(`--${name}`)])) as Record<Name, boolean>;
  return { flags, rest: argv.filter((word) => !names.some((name) => word === `--${name}`)) };
}
