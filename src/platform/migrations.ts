// The numbered SQL files of sql/migrations, applied in order, each once, under a lock.
import { readdirSync } from 'node:fs';
import { runner } from 'node-pg-migrate';
import type { Logger } from './logger.ts';
import type { Queryable } from './postgres.ts';

const TABLE = 'schema_migrations';

/** Applies what is missing and returns its names. Two at once are fine: the second waits and finds nothing to do. */
export async function migrate(options: { databaseUrl: string; directory: string; logger: Logger }): Promise<string[]> {
  const say = (message: string) => options.logger.debug(message);
  const applied = await runner({
    databaseUrl: options.databaseUrl,
    dir: options.directory,
    migrationsTable: TABLE,
    direction: 'up',
    checkOrder: true,
    advisoryLockMode: 'wait',
    logger: { info: say, warn: say, error: (message: string) => options.logger.error(message), debug: say },
  });
  return applied.map(({ name }) => name);
}

/** Migrations of the folder that the database has not seen; all of them when it has seen none. */
export async function pendingMigrations(postgres: Queryable, directory: string): Promise<string[]> {
  const files = readdirSync(directory)
    .filter((file) => file.endsWith('.sql'))
    .map((file) => file.slice(0, -'.sql'.length))
    .sort();
  const known = await postgres.query<{ there: string | null }>('select to_regclass($1)::text as there', [TABLE]);
  if (known.rows[0]?.there == null) return files;
  const { rows } = await postgres.query<{ name: string }>(`select name from ${TABLE}`);
  const done = new Set(rows.map(({ name }) => name));
  return files.filter((file) => !done.has(file));
}
