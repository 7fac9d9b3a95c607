// The numbered SQL files of sql/migrations, applied in order, each once and whole, under a lock.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { runner } from 'node-pg-migrate';
import type { Logger } from './logger.ts';
import { type Queryable, isUnavailable, openPostgres, withBareClient } from './postgres.ts';
import { StartError } from './startError.ts';

export const MIGRATIONS_TABLE = 'schema_migrations';

type BareClient = Parameters<Parameters<typeof withBareClient>[1]>[0];

const FILE_NAME = /^\d{4}_[a-z0-9_]+\.sql$/;
// node-pg-migrate would take what follows such a comment for the way back, and leave it out.
const DOWN_COMMENT = /^\s*--[\s-]*down\s+migration/im;

/** Applies what is missing and returns its names. Two at once are fine: the second waits and finds nothing to do. */
export async function migrate(options: {
  databaseUrl: string;
  directory: string;
  logger: Logger;
  /** Stops behind the last of these: the first migrations of the folder. */
  only?: readonly string[];
}): Promise<string[]> {
  const { databaseUrl, directory, logger, only } = options;
  checkFiles(directory);
  let last = '';
  const say = (message: string): void => {
    last = /### MIGRATION (\S+) /.exec(message)?.[1] ?? last;
    logger.debug(message);
  };
  try {
    const applied = await withBareClient(
      { connectionString: databaseUrl, applicationName: 'omni-migrations' },
      async (dbClient) =>
        await runner({
          dbClient,
          dir: directory,
          ignorePattern: '(?!.*\\.sql$).*',
          migrationsTable: MIGRATIONS_TABLE,
          direction: 'up',
          checkOrder: true,
          ...(only === undefined ? {} : { count: await missing(dbClient, only) }),
          advisoryLockMode: 'wait',
          logger: { info: say, warn: say, error: say, debug: say },
        }),
    );
    return applied.map(({ name }) => name);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`migration ${last ? `${last}.sql ` : ''}failed: ${reason}`, { cause: error });
  }
}

/** Migrations of the folder that the database has not seen; all of them when it has seen none. */
export async function pendingMigrations(postgres: Queryable, directory: string): Promise<string[]> {
  const files = listMigrations(directory);
  const known = await postgres.query<{ there: string | null }>('select to_regclass($1)::text as there', [
    MIGRATIONS_TABLE,
  ]);
  if (known.rows[0]?.there == null) return files;
  const { rows } = await postgres.query<{ name: string }>(`select name from ${MIGRATIONS_TABLE}`);
  const done = new Set(rows.map(({ name }) => name));
  return files.filter((file) => !done.has(file));
}

/**
 * For a process that needs what a release has made. A database that is away may come back, and is not judged.
 * @throws StartError when it was never set up for this release
 */
export async function requireMigrated(settings: {
  readonly databaseUrl: string;
  /** Where the log is, when it is not there. */
  readonly eventStoreUrl: string | undefined;
  readonly directory: string;
  readonly logger: Logger;
}): Promise<void> {
  const { databaseUrl, eventStoreUrl, directory, logger } = settings;
  for (const connectionString of new Set([databaseUrl, eventStoreUrl ?? databaseUrl])) {
    if (!connectionString.startsWith('postgres')) continue;
    const postgres = openPostgres({ connectionString, applicationName: 'omni-start', logger, max: 1 });
    try {
      const pending = await pendingMigrations(postgres, directory);
      if (pending.length > 0) throw new StartError(notSetUp(pending, listFiles(directory).length));
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      logger.warn('the database is away', { error });
    } finally {
      await postgres.close();
    }
  }
}

function notSetUp(pending: readonly string[], all: number): string {
  const lacks = pending.length === all ? 'is empty' : `lacks the migrations ${pending.join(', ')}`;
  return `The database ${lacks}: run \`npm run setup\` (Procfile \`release\`) first.`;
}

/** Names of the folder's migrations, in order. */
export function listMigrations(directory: string): string[] {
  return listFiles(directory).map((file) => file.slice(0, -'.sql'.length));
}

async function missing(client: BareClient, names: readonly string[]): Promise<number> {
  const { rows } = await client.query<{ there: string | null }>('select to_regclass($1)::text as there', [
    MIGRATIONS_TABLE,
  ]);
  if (rows[0]?.there == null) return names.length;
  const { rowCount } = await client.query(`select from ${MIGRATIONS_TABLE} where name = any($1)`, [names]);
  return names.length - (rowCount ?? 0);
}

function listFiles(directory: string): string[] {
  return readdirSync(directory)
    .filter((file) => file.endsWith('.sql'))
    .sort();
}

function checkFiles(directory: string): void {
  const files = listFiles(directory);
  for (const [index, file] of files.entries()) {
    if (!FILE_NAME.test(file)) throw new Error(`${join(directory, file)}: a migration is named 0001_what_it_does.sql`);
    if (files[index - 1]?.slice(0, 4) === file.slice(0, 4)) {
      throw new Error(`${join(directory, file)}: its number is taken by ${files[index - 1]}`);
    }
    if (DOWN_COMMENT.test(readFileSync(join(directory, file), 'utf8'))) {
      throw new Error(`${join(directory, file)}: migrations go forward only, but it has a "down migration" comment`);
    }
  }
}
