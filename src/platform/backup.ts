// A backup of everything that is ours in a database: one snapshot, table by table through COPY, in one compressed archive. There is no
// pg_dump beside an embedded server. The only door to pg-copy-streams and tar-stream, with restore.ts.
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { to as copyTo } from 'pg-copy-streams';
import { type Pack, pack as createPack } from 'tar-stream';
import {
  type BackupHeader,
  type BackupManifest,
  FORMAT,
  HEADER_NAME,
  MANIFEST_NAME,
  orderTables,
  partName,
} from './backupFormat.ts';
import { MIGRATIONS_TABLE } from './migrations.ts';
import { withBareClient } from './postgres.ts';

type Client = Parameters<Parameters<typeof withBareClient>[1]>[0];

const PART_BYTES = 4 * 1024 * 1024;

export type BackupOptions = {
  readonly databaseUrl: string;
  readonly file: string;
  /** ISO time, for the header. */
  readonly createdAt: string;
  readonly onTable?: (table: string, rows: number) => void;
};

/** Writes the archive, readable by its owner only: it holds hashes of keys and secrets. */
export async function writeBackup(options: BackupOptions): Promise<BackupManifest> {
  const pack = createPack();
  const written = pipeline(pack, createGzip(), createWriteStream(options.file, { mode: 0o600 }));
  try {
    const manifest = await withBareClient(
      { connectionString: options.databaseUrl, applicationName: 'omni-backup' },
      (client) => fillArchive(client, pack, options),
    );
    pack.finalize();
    await written;
    return manifest;
  } catch (error) {
    pack.destroy();
    await written.catch(() => undefined);
    throw error;
  }
}

async function fillArchive(client: Client, pack: Pack, { createdAt, onTable }: BackupOptions): Promise<BackupManifest> {
  await client.query('begin isolation level repeatable read read only');
  const header = await describeDatabase(client, createdAt);
  await addEntry(pack, HEADER_NAME, Buffer.from(JSON.stringify(header, null, 2)));
  const manifest: BackupManifest = { tables: {} };
  for (const { name, columns } of header.tables) {
    const copied = await copyTable(client, pack, name, columns);
    manifest.tables[name] = copied;
    onTable?.(name, copied.rows);
  }
  await client.query('commit');
  await addEntry(pack, MANIFEST_NAME, Buffer.from(JSON.stringify(manifest, null, 2)));
  return manifest;
}

async function copyTable(client: Client, pack: Pack, table: string, columns: readonly string[]) {
  const copying = client.query(copyTo(`copy ${table} (${columns.join(', ')}) to stdout`));
  const hash = createHash('sha256');
  let bytes = 0;
  let parts = 0;
  for await (const part of inParts(copying)) {
    hash.update(part);
    bytes += part.length;
    await addEntry(pack, partName(table, parts++), part);
  }
  return { rows: copying.rowCount, bytes, sha256: hash.digest('hex') };
}

/** A tar entry says its size in front: what comes from the server is gathered up to a few MB. */
async function* inParts(stream: Readable): AsyncGenerator<Buffer> {
  let chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes < PART_BYTES) continue;
    yield Buffer.concat(chunks);
    chunks = [];
    bytes = 0;
  }
  if (bytes > 0) yield Buffer.concat(chunks);
}

function addEntry(pack: Pack, name: string, content: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    pack.entry({ name, size: content.length, mode: 0o600 }, content, (error) => (error ? reject(error) : resolve()));
  });
}

/** Our own schemas: a queue's tables are made again by the queue. */
async function describeDatabase(client: Client, createdAt: string): Promise<BackupHeader> {
  const { rows: columns } = await client.query<{ table: string; columns: string[] }>(
    `select format('%I.%I', n.nspname, c.relname) as table,
       array_agg(quote_ident(a.attname) order by a.attnum) as columns
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
     where c.relkind = 'r' and n.nspname in ('public', 'eventlog') and c.relname <> $1 group by 1`,
    [MIGRATIONS_TABLE],
  );
  const { rows: references } = await client.query<{ from: string; to: string }>(
    `select format('%I.%I', fn.nspname, f.relname) as from, format('%I.%I', tn.nspname, t.relname) as to
     from pg_constraint o join pg_class f on f.oid = o.conrelid join pg_namespace fn on fn.oid = f.relnamespace
     join pg_class t on t.oid = o.confrelid join pg_namespace tn on tn.oid = t.relnamespace where o.contype = 'f'`,
  );
  const { rows: migrations } = await client.query<{ name: string }>(`select name from ${MIGRATIONS_TABLE} order by id`);
  const byName = new Map(columns.map((row) => [row.table, row.columns]));
  return {
    format: FORMAT,
    createdAt,
    migrations: migrations.map(({ name }) => name),
    tables: orderTables([...byName.keys()].sort(), references).map((name) => ({
      name,
      columns: byName.get(name) ?? [],
    })),
  };
}
