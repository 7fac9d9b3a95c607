// Given a projection, when events come, then rows: the fold without a database.
import type { DomainEvent } from '../../src/domain/events.ts';
import { uuidv5 } from '../../src/domain/uuidv5.ts';
import {
  type AnyRow,
  type AnyTable,
  type Projection,
  type Range,
  type Rows,
  type Table,
  isRange,
  isWithin,
  keyOfRow,
  rowKey,
} from '../../projections/projection.ts';

const IDS = '0d0d0d0d-0000-4000-8000-000000000001';

export type Folded = { rowsOf<Row>(table: Table<Row>): Row[] };

/** Rows that an event did not ask for are not given to it, as in the real thing. Event ids follow from their order. */
export function foldProjection(projection: Projection, events: readonly DomainEvent[]): Folded {
  const stored = new Map<string, AnyRow>();
  const ofTable = (table: AnyTable) =>
    [...stored].filter(([key]) => key.startsWith(`${table.name}\n`)).map(([, row]) => row);
  events.forEach((event, index) => {
    const projected = { ...event, id: uuidv5(IDS, String(index)), stream: 'test-1', revision: index, chain: 'c' };
    const asked = projection.keysOf(projected);
    const rows: Rows = {
      get<Row>(table: Table<Row>, ...values: readonly string[]) {
        const key = rowKey(table, values);
        const known = asked.some(
          ({ table: of, values: given }) =>
            of === table && !isRange(given) && (given === 'all' || rowKey(table, given) === key),
        );
        if (!known) throw new Error(`not asked for: ${key}`);
        return stored.get(key) as Row | undefined;
      },
      all<Row>(table: Table<Row>) {
        if (!asked.some((one) => one.table === table && one.values === 'all'))
          throw new Error(`not asked for: ${table.name}`);
        return ofTable(table) as Row[];
      },
      range<Row>(table: Table<Row>, range: Range) {
        const known = asked.some(
          ({ table: of, values }) => of === table && isRange(values) && values.from === range.from,
        );
        if (!known) throw new Error(`not asked for: ${table.name}`);
        return ofTable(table).filter((row) => isWithin(row, range)) as Row[];
      },
    };
    for (const { table, row } of projection.evolve(rows, projected)) stored.set(keyOfRow(table, row), row);
  });
  return { rowsOf: <Row>(table: Table<Row>) => ofTable(table) as Row[] };
}
