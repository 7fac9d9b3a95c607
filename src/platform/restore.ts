// A backup put back into an empty database, all of it or nothing: the schema as it was then, every table through COPY, counts and hashes
// compared, then the migrations that are newer.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { from as copyFrom } from 'pg-copy-streams';
import { extract } from 'tar-stream';
import { BackupHeader, BackupManifest, FORMAT, HEADER_NAME, MANIFEST_NAME, tableOf } from './backupFormat.ts';
import type { Logger } from './logger.ts';
import { MIGRATIONS_TABLE, listMigrations, migrate } from './migrations.ts';
import { withBareClient } from './postgres.ts';
import { StartError } from './startError.ts';

type Entry = AsyncIterable<Buffer> & { readonly header: { readonly name: string }; resume(): unknown };
type Client = Parameters<Parameters<typeof withBareClient>[1]>[0];

export type RestoreOptions = {
  readonly databaseUrl: string;
  readonly file: string;
  /** The migrations of this release. */
  readonly directory: string;
  readonly logger: Logger;
  readonly onTable?: (table: string, rows: number) => void;
};

/** @throws StartError when the archive is not whole, is a newer release's, or the database holds something already */
export async function restoreBackup(options: RestoreOptions): Promise<BackupManifest> {
  const { databaseUrl, directory, logger } = options;
  const header = await readHeader(options.file);
  const ours = listMigrations(directory);
  const unknown = header.migrations.filter((name) => !ours.includes(name));
  if (unknown.length > 0)
    throw new StartError(
      `the backup is of a newer release: this one does not know the migrations ${unknown.join(', ')}`,
    );
  await migrate({ databaseUrl, directory, logger, only: header.migrations });
  const manifest = await withBareClient(
    { connectionString: databaseUrl, applicationName: 'omni-restore' },
    async (client) => {
      await client.query('begin');
      try {
        await refuseUsed(client, header);
        const loaded = await loadTables(client, header, options);
        await moveSequences(client, header);
        await client.query('commit');
        return loaded;
      } catch (error) {
        await client.query('rollback');
        throw error;
      }
    },
  );
  await migrate({ databaseUrl, directory, logger });
  return manifest;
}

async function refuseUsed(client: Client, { tables, migrations }: BackupHeader): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `select application_name as name from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
       and application_name like 'omni-%'`,
  );
  if (rows.length > 0)
    throw new StartError(`a router is using that database (${rows[0]?.name}): stop web, projections and worker first`);
  const newer = await client.query<{ name: string }>(
    `select name from ${MIGRATIONS_TABLE} where name <> all($1) order by id`,
    [migrations],
  );
  if (newer.rows.length > 0)
    throw new StartError(
      `the database has migrations that the backup does not know (${newer.rows[0]?.name}): restore into an empty database`,
    );
  for (const table of ['eventlog.events', 'public.orgs']) {
    const { rowCount } = await client.query(`select from ${table} limit 1`);
    if (rowCount !== 0)
      throw new StartError(`the database is not empty (${table} has rows): a backup is restored into an empty one`);
  }
  // What migrations put there comes out of the backup, in the state that it had.
  await client.query(`truncate ${tables.map(({ name }) => name).join(', ')}`);
}

async function loadTables(
  client: Client,
  { tables }: BackupHeader,
  { file, onTable }: RestoreOptions,
): Promise<BackupManifest> {
  const columnsOf = new Map(tables.map(({ name, columns }) => [name, columns]));
  const loaded: BackupManifest['tables'] = {};
  let manifest: BackupManifest | undefined;
  let open: TableLoad | undefined;
  const close = async (): Promise<void> => {
    if (!open) return;
    loaded[open.table] = await open.close();
    onTable?.(open.table, loaded[open.table]?.rows ?? 0);
    open = undefined;
  };
  try {
    for await (const entry of readArchive(file)) {
      const table = tableOf(entry.header.name);
      if (table !== open?.table) await close();
      if (entry.header.name === MANIFEST_NAME) manifest = BackupManifest.parse(await readJson(entry));
      else if (table === undefined) entry.resume();
      else {
        const columns = columnsOf.get(table);
        if (!columns) throw new StartError(`the archive has rows of ${table}, which its header does not name`);
        open ??= openLoad(client, table, columns);
        for await (const chunk of entry) await open.write(chunk);
      }
    }
    await close();
  } catch (error) {
    // Or the connection would wait for the rest of the rows for ever.
    open?.abort(error);
    throw toTold(file, error);
  }
  if (!manifest) throw new StartError('the archive is cut off: it has no manifest');
  compare(manifest, loaded);
  return manifest;
}

function compare(manifest: BackupManifest, loaded: BackupManifest['tables']): void {
  for (const [table, expected] of Object.entries(manifest.tables)) {
    const found = loaded[table] ?? { rows: 0, bytes: 0, sha256: createHash('sha256').digest('hex') };
    if (found.rows !== expected.rows || found.sha256 !== expected.sha256)
      throw new StartError(
        `the archive is damaged: ${table} has ${found.rows} rows with another hash than its manifest's ${expected.rows}`,
      );
  }
}

type TableLoad = {
  readonly table: string;
  write(chunk: Buffer): Promise<void>;
  close(): Promise<{ rows: number; bytes: number; sha256: string }>;
  abort(reason: unknown): void;
};

function openLoad(client: Client, table: string, columns: readonly string[]): TableLoad {
  const copying = client.query(copyFrom(`copy ${table} (${columns.join(', ')}) from stdin`));
  const failed = finished(copying);
  failed.catch(() => undefined);
  const hash = createHash('sha256');
  let bytes = 0;
  return {
    table,
    async write(chunk) {
      hash.update(chunk);
      bytes += chunk.length;
      if (!copying.write(chunk)) await Promise.race([new Promise((resolve) => copying.once('drain', resolve)), failed]);
    },
    abort: (reason) => copying.destroy(reason instanceof Error ? reason : new Error(String(reason))),
    async close() {
      copying.end();
      await failed;
      return { rows: copying.rowCount, bytes, sha256: hash.digest('hex') };
    },
  };
}

/** Numbers that the database gives itself go on behind the highest that came back. */
async function moveSequences(client: Client, { tables }: BackupHeader): Promise<void> {
  const { rows } = await client.query<{ table: string; column: string }>(
    `select format('%I.%I', n.nspname, c.relname) as table, a.attname as column
     from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
     where a.attidentity <> '' and format('%I.%I', n.nspname, c.relname) = any($1)`,
    [tables.map(({ name }) => name)],
  );
  for (const { table, column } of rows) {
    await client.query(
      `select setval(pg_get_serial_sequence($1, $2), (select max("${column}") from ${table})) where exists (select from ${table})`,
      [table, column],
    );
  }
}

async function readHeader(file: string): Promise<BackupHeader> {
  for await (const entry of readArchive(file)) {
    if (entry.header.name !== HEADER_NAME) break;
    const header = BackupHeader.parse(await readJson(entry));
    if (header.format === FORMAT) return header;
    throw new StartError(`the archive has format ${header.format}, this release reads format ${FORMAT}`);
  }
  throw new StartError(`${file} is not a backup of this router`);
}

/** @throws StartError when it is no archive, or one that was cut off */
async function* readArchive(file: string): AsyncGenerator<Entry> {
  const source = createReadStream(file);
  const archive = source.pipe(createGunzip());
  const entries = extract();
  // `pipe` does not pass errors on.
  for (const stream of [source, archive]) stream.on('error', (error: Error) => entries.destroy(error));
  archive.pipe(entries);
  try {
    for await (const entry of entries) yield entry as unknown as Entry;
  } catch (error) {
    throw toTold(file, error);
  } finally {
    source.destroy();
  }
}

/** What is wrong with the archive, in words; anything else as it is. */
function toTold(file: string, error: unknown): unknown {
  const { code = '' } = error instanceof Error ? (error as { code?: unknown }) : {};
  const isArchive =
    error instanceof Error &&
    (/^(Z_|ENOENT|EACCES|EISDIR)/.test(String(code)) || /tar|end of (data|file)/i.test(error.message));
  if (error instanceof StartError || !isArchive) return error;
  return new StartError(`${file} cannot be read: ${error.message}`, { cause: error });
}

async function readJson(entry: Entry): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of entry) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown;
}
