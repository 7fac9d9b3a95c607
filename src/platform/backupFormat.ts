// What is in a backup: a header, the rows of every table in parts, and a manifest that only a whole archive has. Pure.
import { z } from 'zod';

export const FORMAT = 1;

const Column = z.string();
export const BackupHeader = z.object({
  format: z.int(),
  createdAt: z.iso.datetime(),
  /** Names of the migrations that the database had seen, in order. */
  migrations: z.array(z.string()),
  /** In the order in which they can be loaded: what is referred to comes first. */
  tables: z.array(z.object({ name: z.string(), columns: z.array(Column) })),
});
export type BackupHeader = z.infer<typeof BackupHeader>;

export const BackupManifest = z.object({
  tables: z.record(
    z.string(),
    z.object({
      rows: z.int(),
      bytes: z.int(),
      /** Of the table's rows as they stand in the archive. */
      sha256: z.string(),
    }),
  ),
});
export type BackupManifest = z.infer<typeof BackupManifest>;

export const HEADER_NAME = 'header.json';
export const MANIFEST_NAME = 'manifest.json';

export function partName(table: string, part: number): string {
  return `tables/${table}/${String(part).padStart(6, '0')}`;
}

/** The table of an entry, or undefined when the entry is none of a table. */
export function tableOf(entry: string): string | undefined {
  return /^tables\/([^/]+)\/\d+$/.exec(entry)?.[1];
}

/** Tables in an order in which each comes behind those that it refers to. @throws Error for a circle */
export function orderTables(
  tables: readonly string[],
  references: readonly { readonly from: string; readonly to: string }[],
): string[] {
  const ordered: string[] = [];
  const left = new Set(tables);
  while (left.size > 0) {
    const free = [...left].filter(
      (table) => !references.some(({ from, to }) => from === table && to !== table && left.has(to)),
    );
    if (free.length === 0) throw new Error(`tables refer to each other in a circle: ${[...left].join(', ')}`);
    for (const table of free) {
      ordered.push(table);
      left.delete(table);
    }
  }
  return ordered;
}
