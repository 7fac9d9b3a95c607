// One change each to a log or its read models, as a fault or a forger would make it, and the way back.
import { PROJECTIONS } from '../../projections/registry.ts';
import type { AnyTable } from '../../projections/projection.ts';
import type { Postgres } from '../../src/platform/postgres.ts';

export const MUTATIONS = [
  'a digit of an event',
  'a digit of a hash',
  'the time of an event',
  'the type of an event',
  'the schema version of an event',
  'a figure of a row',
  'a row deleted',
  'an event deleted',
  'the last event of a stream deleted',
  'a whole stream deleted',
  'two events of a stream reordered',
  'two events of a stream in another commit order',
] as const;
export type Mutation = (typeof MUTATIONS)[number];

export type Mutations = {
  /** Makes one change at a random place and tells which; undefined where there is no such place. */
  make(kind: Mutation): Promise<string | undefined>;
  undo(): Promise<void>;
};

const TABLES: readonly AnyTable[] = PROJECTIONS.flatMap(({ tables }) => tables);

/** Keeps a copy of everything first. `unit` gives 0 ≤ x < 1. */
export async function createMutations(postgres: Postgres, unit: () => number): Promise<Mutations> {
  const pick = <T>(items: readonly T[]): T | undefined => items[Math.floor(unit() * items.length)];
  await postgres.query('create schema kept');
  for (const table of ['eventlog.events', ...TABLES.map(({ name }) => name)])
    await postgres.query(`create table kept.${table.replace('eventlog.', '')} as table ${table}`);
  const { rows: events } = await postgres.query<EventPlace>(
    `select stream, revision, position, count(*) over (partition by stream) as length from eventlog.events order by position`,
  );
  let changed: string[] = [];

  const makers: Record<Mutation, () => Promise<string | undefined>> = {
    'a digit of an event': async () => {
      const event = pick(events);
      return event && (await changeDigit(postgres, event, 'data', unit));
    },
    'a digit of a hash': async () => {
      const event = pick(events);
      return event && (await changeDigit(postgres, event, 'metadata', unit));
    },
    'the time of an event': () =>
      changeColumn(
        postgres,
        pick(events),
        `metadata = jsonb_set(metadata::jsonb, '{madeAt}', to_jsonb('2019-01-01T00:00:00.000Z'::text))::json`,
      ),
    'the type of an event': () =>
      changeColumn(
        postgres,
        pick(events),
        `type = case type when 'AlertRaised' then 'AdminActed' else 'AlertRaised' end`,
      ),
    'the schema version of an event': () =>
      changeColumn(
        postgres,
        pick(events),
        `metadata = jsonb_set(metadata::jsonb, '{version}', to_jsonb((metadata->>'version')::integer + 1))::json`,
      ),
    'a figure of a row': () => changeFigure(postgres, pick, unit),
    'a row deleted': () => deleteRow(postgres, pick),
    'an event deleted': () => deleteEvents(postgres, pick(events), 'revision = $2'),
    'the last event of a stream deleted': async () => {
      const event = pick(events);
      return await deleteEvents(postgres, event && { ...event, revision: event.length - 1n }, 'revision = $2');
    },
    'a whole stream deleted': () => deleteEvents(postgres, pick(events), 'revision >= 0 or revision = $2'),
    'two events of a stream reordered': () => swap(postgres, pick(pairs(events)), 'revision'),
    'two events of a stream in another commit order': () => swap(postgres, pick(pairs(events)), 'position'),
  };
  return {
    async make(kind) {
      const what = await makers[kind]();
      changed = kind.includes('row') ? TABLES.map(({ name }) => name) : ['eventlog.events'];
      return what;
    },
    async undo() {
      for (const table of changed) {
        const kept = `kept.${table.replace('eventlog.', '')}`;
        // What the router has recorded since stays: without it the next event of that stream would have a gap before it.
        await postgres.query(
          `delete from ${table} ${table.includes('.') ? `where id in (select id from ${kept})` : ''}`,
        );
        await postgres.query(`insert into ${table} select * from ${kept}`);
      }
      changed = [];
    },
  };
}

type EventPlace = {
  readonly stream: string;
  readonly revision: bigint;
  readonly position: bigint;
  readonly length: bigint;
};

const pairs = (events: readonly EventPlace[]) => events.filter(({ revision, length }) => revision + 1n < length);

async function changeDigit(
  postgres: Postgres,
  { stream, revision }: EventPlace,
  column: 'data' | 'metadata',
  unit: () => number,
): Promise<string | undefined> {
  const { rows } = await postgres.query<{ text: string }>(
    `select ${column === 'data' ? 'data::text' : `metadata->>'digest'`} as text from eventlog.events where stream = $1 and revision = $2`,
    [stream, revision],
  );
  const text = rows[0]?.text ?? '';
  const digits = [...text.matchAll(/\d/g)];
  const digit = digits[Math.floor(unit() * digits.length)];
  if (!digit) return undefined;
  const other = String(((Number(digit[0]) + Math.floor(unit() * 8)) % 9) + 1);
  const forged = text.slice(0, digit.index) + other + text.slice(digit.index + 1);
  // The same number written otherwise is no change.
  if (forged === text || (column === 'data' && sameJson(forged, text))) return undefined;
  await postgres.query(
    column === 'data'
      ? 'update eventlog.events set data = $3::json where stream = $1 and revision = $2'
      : `update eventlog.events set metadata = jsonb_set(metadata::jsonb, '{digest}', to_jsonb($3::text))::json where stream = $1 and revision = $2`,
    [stream, revision, forged],
  );
  return `${stream} ${revision}, ${column} at ${digit.index}: ${digit[0]} → ${other}`;
}

async function changeColumn(
  postgres: Postgres,
  event: EventPlace | undefined,
  assignment: string,
): Promise<string | undefined> {
  if (!event) return undefined;
  const { stream, revision } = event;
  await postgres.query(`update eventlog.events set ${assignment} where stream = $1 and revision = $2`, [
    stream,
    revision,
  ]);
  return `${stream} ${revision}: ${assignment}`;
}

function sameJson(a: string, b: string): boolean {
  return JSON.stringify(JSON.parse(a)) === JSON.stringify(JSON.parse(b));
}

const NUMERIC = new Set(['integer', 'bigint', 'numeric']);

async function changeFigure(postgres: Postgres, pick: Pick, unit: () => number): Promise<string | undefined> {
  const table = pick(TABLES);
  const column = pick(Object.entries(table?.columns ?? {}).filter(([, type]) => NUMERIC.has(type)))?.[0];
  if (!table || column === undefined) return undefined;
  const by = 1 + Math.floor(unit() * 9);
  const { rows } = await postgres.query<{ key: string }>(
    `update ${table.name} set ${column} = ${column} + ${by} where ctid = (select ctid from ${table.name}
       where ${column} is not null order by md5(ctid::text || '${unit()}') limit 1) returning ${table.key[0]}::text as key`,
  );
  return rows[0] && `${table.name}.${column} of ${rows[0].key} + ${by}`;
}

async function deleteRow(postgres: Postgres, pick: Pick): Promise<string | undefined> {
  const table = pick(TABLES);
  if (!table) return undefined;
  const { rows } = await postgres.query<{ key: string }>(
    `delete from ${table.name} where ctid = (select ctid from ${table.name} limit 1) returning ${table.key[0]}::text as key`,
  );
  return rows[0] && `${table.name} ${rows[0].key}`;
}

type Pick = <T>(items: readonly T[]) => T | undefined;

async function deleteEvents(
  postgres: Postgres,
  event: EventPlace | undefined,
  which: string,
): Promise<string | undefined> {
  if (!event) return undefined;
  const { rowCount } = await postgres.query(`delete from eventlog.events where stream = $1 and (${which})`, [
    event.stream,
    event.revision,
  ]);
  return rowCount > 0 ? `${event.stream}, ${rowCount} from ${event.revision}` : undefined;
}

async function swap(
  postgres: Postgres,
  event: EventPlace | undefined,
  column: 'revision' | 'position',
): Promise<string | undefined> {
  if (!event) return undefined;
  const { stream, revision } = event;
  await postgres.transaction(async (client) => {
    const { rows } = await client.query<{ id: string; place: bigint }>(
      `select id, ${column} as place from eventlog.events where stream = $1 and revision in ($2::bigint, $2::bigint + 1) order by revision`,
      [stream, revision],
    );
    const [a, b] = rows;
    if (!a || !b) throw new Error(`${stream} has no two events at ${revision}`);
    const put = (id: string, place: bigint) =>
      client.query(`update eventlog.events set ${column} = $2 where id = $1`, [id, place]);
    await put(a.id, -1n);
    await put(b.id, a.place);
    await put(a.id, b.place);
  });
  return `${stream} ${revision} and the next, by ${column}`;
}
