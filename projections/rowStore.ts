// The rows that a projection works on: read by key in one query a table, kept as a working set between batches (there is one
// writer only), and written as one upsert a table with all rows in one JSON parameter.
import type { Queryable } from '../src/platform/postgres.ts';
import { LIVE, type Place, nameAt } from './place.ts';
import {
  type AnyRow,
  type AnyTable,
  type Change,
  type Key,
  type Range,
  type Rows,
  type SqlType,
  isRange,
  isWithin,
  keyOfRow,
  rowKey,
} from './projection.ts';

export type RowStore = {
  readonly rows: Rows;
  /** Reads those of the keys that are not in the working set yet. */
  load(client: Queryable, keys: readonly Key[]): Promise<void>;
  /** Puts changes on top of the working set; `write` sends them. */
  stage(changes: readonly Change[]): void;
  write(client: Queryable): Promise<void>;
  /** What was written is committed: it is no longer waiting. */
  settle(): void;
  /** Forgets everything: after a failure only the database knows what holds. */
  reset(): void;
};

// Rows are a few hundred bytes: this bounds the working set to some MB.
const MOST_ROWS = 5_000;

export function createRowStore({
  mostRows = MOST_ROWS,
  place = LIVE,
}: { readonly mostRows?: number; readonly place?: Place } = {}): RowStore {
  const known = new Map<string, AnyRow | undefined>();
  const whole = new Set<string>();
  const staged = new Map<string, Change>();
  const ranges = new Set<string>();

  const rows = viewOf({ known, whole, ranges });

  return {
    rows,
    async load(client, keys) {
      for (const [table, wanted] of missing(keys, known, whole)) {
        const found = await readRows(client, table, nameAt(place, table.name), wanted);
        if (wanted === 'all') whole.add(table.name);
        else for (const values of wanted) known.set(rowKey(table, values), undefined);
        for (const row of found) known.set(keyOfRow(table, row), row);
      }
      for (const { table, values } of keys) {
        if (!isRange(values) || ranges.has(rangeKey(table, values))) continue;
        ranges.add(rangeKey(table, values));
        // What is known already is newer than what the database has, never older.
        for (const row of await readRange(client, table, nameAt(place, table.name), values)) {
          const key = keyOfRow(table, row);
          if (!known.get(key)) known.set(key, row);
        }
      }
    },
    stage(changes) {
      for (const change of changes) {
        const key = keyOfRow(change.table, change.row);
        // A row that nobody asked for is written and forgotten: kept, it would only age in memory.
        if (known.has(key) || whole.has(change.table.name) || ranges.size > 0) known.set(key, change.row);
        staged.set(key, change);
      }
    },
    async write(client) {
      for (const [table, changed] of byTable(staged.values()))
        await writeRows(client, table, nameAt(place, table.name), changed);
    },
    settle() {
      staged.clear();
      ranges.clear();
      if (known.size > mostRows) {
        known.clear();
        whole.clear();
      }
    },
    reset() {
      staged.clear();
      ranges.clear();
      known.clear();
      whole.clear();
    },
  };
}

type Working = {
  readonly known: ReadonlyMap<string, AnyRow | undefined>;
  readonly whole: ReadonlySet<string>;
  readonly ranges: ReadonlySet<string>;
};

/** The working set as a projection sees it: only what it asked for. */
function viewOf({ known, whole, ranges }: Working): Rows {
  return {
    // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the contract's own parameter
    get<Row>(table: AnyTable, ...values: readonly string[]) {
      const key = rowKey(table, values);
      if (!known.has(key) && !whole.has(table.name))
        throw new Error(`row was not asked for: ${key.replaceAll('\n', ' ')}`);
      return known.get(key) as Row | undefined;
    },
    all<Row>(table: AnyTable) {
      if (!whole.has(table.name)) throw new Error(`rows were not asked for: ${table.name}`);
      const found: Row[] = [];
      for (const [key, row] of known) if (row && key.startsWith(`${table.name}\n`)) found.push(row as Row);
      return found;
    },
    range<Row>(table: AnyTable, range: Range) {
      if (!ranges.has(rangeKey(table, range))) throw new Error(`rows were not asked for: ${table.name}`);
      const found: Row[] = [];
      for (const [key, row] of known)
        if (row && key.startsWith(`${table.name}\n`) && isWithin(row, range)) found.push(row as Row);
      return found;
    },
  };
}

type Wanted = readonly (readonly string[])[] | 'all';

function missing(
  keys: readonly Key[],
  known: ReadonlyMap<string, unknown>,
  whole: ReadonlySet<string>,
): Map<AnyTable, Wanted> {
  const wanted = new Map<AnyTable, Map<string, readonly string[]> | 'all'>();
  for (const { table, values } of keys) {
    if (isRange(values) || whole.has(table.name) || wanted.get(table) === 'all') continue;
    if (values === 'all') {
      wanted.set(table, 'all');
      continue;
    }
    const key = rowKey(table, values);
    if (known.has(key)) continue;
    const present = wanted.get(table);
    if (present instanceof Map) present.set(key, values);
    else wanted.set(table, new Map([[key, values]]));
  }
  return new Map([...wanted].map(([table, of]) => [table, of === 'all' ? of : [...of.values()]]));
}

function rangeKey(table: AnyTable, { column, from, to }: Range): string {
  return rowKey(table, [column, from, to]);
}

function selectFrom(table: AnyTable, name: string): string {
  const columns = Object.entries(table.columns).map(([column, type]) => `${readAs(`t.${column}`, type)} as ${column}`);
  return `select ${columns.join(', ')} from ${name} t`;
}

async function readRange(client: Queryable, table: AnyTable, name: string, range: Range): Promise<AnyRow[]> {
  const { column, from, to } = range;
  const type = table.columns[column] ?? 'text';
  const { rows } = await client.query<AnyRow>(
    `${selectFrom(table, name)} where t.${column} >= $1::${type} and t.${column} < $2::${type}`,
    [from, to],
  );
  return rows;
}

async function readRows(client: Queryable, table: AnyTable, name: string, wanted: Wanted): Promise<AnyRow[]> {
  const select = selectFrom(table, name);
  if (wanted === 'all') return (await client.query<AnyRow>(select)).rows;
  const typed = table.key.map((name) => `${name} ${table.columns[name] ?? 'text'}`);
  const matches = table.key.map((name) => `t.${name} = k.${name}`);
  const keys = wanted.map((values) => Object.fromEntries(table.key.map((name, index) => [name, values[index]])));
  const { rows } = await client.query<AnyRow>(
    `${select} join json_to_recordset($1::json) as k(${typed.join(', ')}) on ${matches.join(' and ')}`,
    [JSON.stringify(keys)],
  );
  return rows;
}

/** In the form in which projections write it, so that a row read back equals the row that was written. */
function readAs(column: string, type: SqlType): string {
  if (type === 'numeric') return `trim_scale(${column})::text`;
  if (type === 'bigint') return `${column}::float8`;
  if (type === 'date') return `${column}::text`;
  if (type === 'timestamptz') return `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
  return column;
}

async function writeRows(client: Queryable, table: AnyTable, name: string, rows: readonly AnyRow[]): Promise<void> {
  const names = Object.keys(table.columns);
  const typed = Object.entries(table.columns).map(([name, type]) => `${name} ${type}`);
  const others = names.filter((name) => !table.key.includes(name));
  await client.query(
    `insert into ${name} (${names.join(', ')})
     select ${names.join(', ')} from json_to_recordset($1::json) as r(${typed.join(', ')})
     on conflict (${table.key.join(', ')}) do update set ${others.map((name) => `${name} = excluded.${name}`).join(', ')}`,
    [toJson(rows)],
  );
}

/** Without U+0000, which JSON can say and PostgreSQL cannot keep: one odd character must not stop a projection. */
function toJson(rows: readonly AnyRow[]): string {
  const text = JSON.stringify(rows);
  if (!text.includes('\\u0000')) return text;
  return JSON.stringify(rows, (_key, value: unknown) =>
    typeof value === 'string' ? value.replaceAll('\u0000', '\ufffd') : value,
  );
}

function byTable(changes: Iterable<Change>): Map<AnyTable, AnyRow[]> {
  const tables = new Map<AnyTable, AnyRow[]>();
  for (const { table, row } of changes) {
    const rows = tables.get(table);
    if (rows) rows.push(row);
    else tables.set(table, [row]);
  }
  return tables;
}
