// A read model counted again: its tables are made once more from the log, up to the very event that the live ones have come to, and
// the two are compared row by row. Nothing is changed; a running copy waits while the last events and the comparison are done.
import { type Position, START, comparePositions } from '../src/eventstore/eventStore.ts';
import { isBehind, scanLog } from '../src/eventstore/scanLog.ts';
import { isoTime } from '../src/platform/clock.ts';
import type { Queryable } from '../src/platform/postgres.ts';
import { type Applier, createApplier } from './applyBatch.ts';
import { holdCheckpoint, takeCheckpoint } from './checkpoint.ts';
import { pause } from './projectionLock.ts';
import { type Place, nameAt } from './place.ts';
import type { AnyTable, Projection } from './projection.ts';
import type { RebuildTools } from './rebuildProjection.ts';
import { createShadow, dropShadow } from './shadow.ts';

export type RowProblem = {
  readonly table: string;
  readonly kind: 'missing' | 'extra' | 'differs';
  /** Values of the key columns. */
  readonly key: string;
  /** Columns that differ, as text. */
  readonly columns: readonly {
    readonly name: string;
    readonly expected: string | null;
    readonly found: string | null;
  }[];
};
export type Recount = {
  readonly projection: string;
  readonly events: number;
  /** Rows of all its tables. */
  readonly rows: number;
  readonly problems: readonly RowProblem[];
  /** The live tables lack events that were in the log when the audit began. */
  readonly behind: boolean;
  /** Why the projection stands still, where it does. */
  readonly stopped: string | null;
};

const MOST_ROWS = 500;

/** The rows were made from a log in another place: they are built again when the projections run, and not compared before. */
export class OtherLogError extends Error {
  override readonly name = 'OtherLogError';
}

/** @throws PoisonError when an event cannot be projected, OtherLogError when the log was moved and the rows are of the old one */
export async function recountProjection(
  projection: Projection,
  given: RebuildTools,
  /** Where the log ended when the audit began; else it is looked up. */
  end?: Position,
): Promise<Recount> {
  const tools = { ...given, postgres: given.patient ?? given.postgres };
  const { postgres, store, clock, signal } = tools;
  const upTo = end ?? (await store.head()) ?? START;
  const place: Place = { schema: `verify_${projection.name.toLowerCase()}` };
  await dropShadow(postgres, place);
  await createShadow(postgres, projection, place);
  try {
    const checkpoint = await takeCheckpoint(postgres, projection, isoTime(clock.now()), place);
    const applier = createApplier(projection, { postgres, clock, place }, checkpoint);
    const done = { events: 0, position: START };
    const reached = await readLive(postgres, projection);
    if (store.owns?.(reached) === false)
      throw new OtherLogError(
        'its rows are of a log in another place; they are built again as soon as the projections run',
      );
    await fillTo(reached, projection, tools, applier, done);
    return await postgres.transaction(async (client) => {
      const live = (await holdCheckpoint(client, projection)) ?? START;
      await fillTo(live, projection, tools, applier, done);
      const problems: RowProblem[] = [];
      let rows = 0;
      for (const table of projection.tables) {
        problems.push(...(await compareTable(client, table, place)));
        rows += await countRows(client, table);
      }
      const { name, categories } = projection;
      const behind = await isBehind(store, { clock, signal, after: live, categories, upTo });
      return {
        projection: name,
        events: done.events,
        rows,
        problems,
        behind,
        stopped: await readFailure(client, name),
      };
    });
  } finally {
    await dropShadow(postgres, place);
  }
}

/**
 * Gives running copies a while to come to where the log ended when the audit began; those that stand still, or do not run, are not waited
 * for longer than that.
 */
export async function waitForReadModels(
  projections: readonly Projection[],
  { postgres, store, clock, signal }: RebuildTools,
  { upTo, waitMs }: { readonly upTo: Position; readonly waitMs: number },
): Promise<void> {
  const ends = clock.monotonicMs() + waitMs;
  for (const projection of projections) {
    for (;;) {
      const { name, categories } = projection;
      const after = await readLive(postgres, projection);
      // Rows of another log, or a projection that has said why it stands still: waiting changes nothing.
      if (store.owns?.(after) === false || (await readFailure(postgres, name)) !== null) break;
      if (!(await isBehind(store, { clock, signal, after, categories, upTo }))) break;
      if (clock.monotonicMs() >= ends) return;
      await pause(clock, 100, signal);
      signal.throwIfAborted();
    }
  }
}

async function readFailure(postgres: Queryable, name: string): Promise<string | null> {
  const { rows } = await postgres.query<{ failure: string | null }>(
    'select failure from projection_checkpoints where name = $1',
    [name],
  );
  return rows[0]?.failure ?? null;
}

async function readLive(postgres: Queryable, { name }: Projection): Promise<Position> {
  const { rows } = await postgres.query<{ position: string }>(
    'select position from projection_checkpoints where name = $1',
    [name],
  );
  return rows[0]?.position ?? START;
}

/** Not one event further: the live tables do not have it. */
async function fillTo(
  end: Position,
  { categories }: Projection,
  { store, clock, signal }: RebuildTools,
  applier: Applier,
  done: { events: number; position: Position },
): Promise<void> {
  if (comparePositions(done.position, end) >= 0) return;
  for await (const { events, position } of scanLog({ store, clock, signal, categories, after: done.position })) {
    const wanted = events.filter((event) => comparePositions(event.position, end) <= 0);
    const last = comparePositions(position, end) >= 0;
    done.position = last ? end : position;
    done.events += wanted.length;
    await applier.apply({ events: wanted, position: done.position });
    if (last) return;
  }
  signal.throwIfAborted();
}

type Side = Readonly<Record<string, string | null>> & { readonly side: 'expected' | 'found' };

async function compareTable(client: Queryable, table: AnyTable, place: Place): Promise<RowProblem[]> {
  const names = Object.keys(table.columns);
  const columns = names.join(', ');
  const asText = names.map((name) => `${name}::text as ${name}`).join(', ');
  const [expected, found] = [nameAt(place, table.name), table.name];
  const { rows } = await client.query<Side>(
    `(select 'expected' as side, ${asText} from (select ${columns} from ${expected} except all select ${columns} from ${found}) e
      order by ${table.key.join(', ')} limit ${MOST_ROWS})
     union all
     (select 'found' as side, ${asText} from (select ${columns} from ${found} except all select ${columns} from ${expected}) f
      order by ${table.key.join(', ')} limit ${MOST_ROWS})`,
  );
  const byKey = new Map<string, { expected?: Side; found?: Side }>();
  for (const row of rows) {
    const key = table.key.map((name) => row[name]).join(' ');
    byKey.set(key, { ...byKey.get(key), [row.side]: row });
  }
  return [...byKey].map(([key, sides]) => toProblem(table, key, sides));
}

function toProblem(table: AnyTable, key: string, sides: { expected?: Side; found?: Side }): RowProblem {
  const { expected, found } = sides;
  const columns = Object.keys(table.columns)
    .filter((name) => expected && found && expected[name] !== found[name])
    .map((name) => ({ name, expected: expected?.[name] ?? null, found: found?.[name] ?? null }));
  return { table: table.name, kind: !found ? 'missing' : !expected ? 'extra' : 'differs', key, columns };
}

async function countRows(client: Queryable, table: AnyTable): Promise<number> {
  const { rows } = await client.query<{ n: number }>(`select count(*)::float8 as n from ${table.name}`);
  return rows[0]?.n ?? 0;
}
