// The contract of a projection: a pure fold from events to rows of SQL tables. It names the rows that an event needs, gets
// them, and says which rows are now to be written. No clock, no chance, no I/O: a rebuild must give the same rows.
import type { DomainEvent } from '../src/domain/events.ts';

export type SqlType = 'uuid' | 'text' | 'integer' | 'bigint' | 'numeric' | 'boolean' | 'timestamptz' | 'date' | 'jsonb';

/** A table as projections see it. Numerics are decimal text, times ISO text, dates `YYYY-MM-DD`, bigints safe numbers. */
export type AnyTable = {
  readonly name: string;
  readonly key: readonly string[];
  readonly columns: Readonly<Record<string, SqlType>>;
};
export type Table<Row> = AnyTable & {
  readonly columns: { readonly [Column in keyof Row]: SqlType };
  readonly row?: Row;
};

export type AnyRow = Readonly<Record<string, unknown>>;

/** Rows whose column is from `from` (inclusive) to `to` (exclusive), as text in the form in which rows are written. */
export type Range = { readonly column: string; readonly from: string; readonly to: string };

/** One row by its key columns in order, every row of a (small) table, or those of a range. */
export type Key = { readonly table: AnyTable; readonly values: readonly string[] | 'all' | Range };

export type Rows = {
  get<Row>(table: Table<Row>, ...values: readonly string[]): Row | undefined;
  all<Row>(table: Table<Row>): readonly Row[];
  range<Row>(table: Table<Row>, range: Range): readonly Row[];
};

/** The whole row as it is now: inserted, or written over the one with the same key. */
export type Change = { readonly table: AnyTable; readonly row: AnyRow };

/** An event of the log, opened by its current schema, with the id from which derived ids are made, and its place in its stream. */
export type ProjectedEvent = DomainEvent & {
  readonly id: string;
  readonly stream: string;
  readonly revision: number;
  /** The stream's hash chain up to it. */
  readonly chain: string;
};

export type Projection = {
  readonly name: string;
  /** Raised when its rows come out differently: rows of an older version are built again beside the live ones. */
  readonly version: number;
  readonly tables: readonly AnyTable[];
  /** Categories of the streams that it reads. */
  readonly categories: readonly string[];
  /**
   * True where the rows say what the log once held: they are never made again by themselves. In another place, the log is followed from its
   * beginning into the rows that are there.
   */
  readonly keepsRows?: boolean;
  keysOf(event: ProjectedEvent): readonly Key[];
  evolve(rows: Rows, event: ProjectedEvent): readonly Change[];
};

export function defineTable<Row>(
  name: string,
  key: readonly (keyof Row & string)[],
  columns: { readonly [Column in keyof Row]: SqlType },
): Table<Row> {
  return { name, key, columns };
}

export function put<Row extends object>(table: Table<Row>, row: Row): Change {
  return { table, row: row as AnyRow };
}

export function isRange(values: Key['values']): values is Range {
  return typeof values === 'object' && 'column' in values;
}

export function isWithin(row: AnyRow, { column, from, to }: Range): boolean {
  const value = String(row[column]);
  return value >= from && value < to;
}

export function rowKey(table: AnyTable, values: readonly string[]): string {
  return `${table.name}\n${values.join('\n')}`;
}

export function keyOfRow(table: AnyTable, row: AnyRow): string {
  return rowKey(
    table,
    table.key.map((column) => String(row[column])),
  );
}
