// Copies of a projection's tables in a schema of their own: filled from the log beside the live ones, then compared with them or
// put in their place. Names of tables, constraints and indexes stay the same, because they are unique in a schema only.
import type { Postgres, Queryable } from '../src/platform/postgres.ts';
import type { Place } from './place.ts';
import type { Projection } from './projection.ts';

const namesOf = ({ tables }: Projection) => tables.map(({ name }) => name);

/** Makes the schema with empty tables and their primary keys. Does nothing where it is already: what was begun is gone on with. */
export async function createShadow(postgres: Postgres, projection: Projection, { schema }: Place): Promise<void> {
  await postgres.transaction(async (client) => {
    await client.query(`create schema if not exists ${schema}`);
    for (const table of [...namesOf(projection), 'projection_checkpoints']) {
      const { rowCount } = await client.query('select where to_regclass($1) is not null', [`${schema}.${table}`]);
      if (rowCount === 1) continue;
      await client.query(
        `create table ${schema}.${table} (like ${table} including defaults including generated including identity)`,
      );
      for (const { name, definition } of await readConstraints(client, table, true))
        await client.query(`alter table ${schema}.${table} add constraint ${name} ${definition}`);
    }
  });
}

export async function dropShadow(postgres: Queryable, { schema }: Place): Promise<void> {
  await postgres.query(`drop schema if exists ${schema} cascade`);
}

/** What the live tables have besides their primary keys. After filling: an index is built faster than it is kept. */
export async function addIndexes(postgres: Queryable, projection: Projection, { schema }: Place): Promise<void> {
  for (const table of namesOf(projection)) {
    for (const { name, definition } of await readConstraints(postgres, table, false)) {
      const { rowCount } = await postgres.query(
        'select from pg_constraint where conrelid = $1::regclass and conname = $2',
        [`${schema}.${table}`, name],
      );
      if (rowCount === 0) await postgres.query(`alter table ${schema}.${table} add constraint ${name} ${definition}`);
    }
    const { rows } = await postgres.query<{ definition: string }>(
      `select regexp_replace(pg_get_indexdef(i.indexrelid), '^CREATE( UNIQUE)? INDEX (\\S+) ON (ONLY )?\\S+ ',
         format('CREATE\\1 INDEX IF NOT EXISTS \\2 ON %s.%s ', $2::text, $1::text)) as definition
       from pg_index i where i.indrelid = $1::regclass
         and not exists (select from pg_constraint c where c.conindid = i.indexrelid and c.contype in ('p', 'u', 'x'))`,
      [table, schema],
    );
    for (const { definition } of rows) await postgres.query(definition);
  }
  // Fresh tables have no statistics: the first queries after an exchange must not be planned blindly.
  for (const table of namesOf(projection)) await postgres.query(`analyze ${schema}.${table}`);
}

/** Puts the copies in the place of the live tables, with the views and the rights that stand on them. Inside a transaction. */
export async function exchangeTables(client: Queryable, projection: Projection, { schema }: Place): Promise<void> {
  const tables = namesOf(projection);
  const { rows: live } = await client.query<{ schema: string }>(
    'select relnamespace::regnamespace::text as schema from pg_class where oid = $1::regclass',
    [tables[0]],
  );
  const home = live[0]?.schema;
  const views = await readViews(client, tables);
  for (const { name } of views.toReversed()) await client.query(`drop view ${name}`);
  for (const table of tables) {
    const grants = await readGrants(client, table);
    await client.query(`drop table ${table}`);
    await client.query(`alter table ${schema}.${table} set schema ${home}`);
    for (const grant of grants) await client.query(grant);
  }
  for (const { name, definition, grants } of views) {
    await client.query(`create view ${name} as ${definition}`);
    for (const grant of grants) await client.query(grant);
  }
}

async function readConstraints(client: Queryable, table: string, primary: boolean) {
  const { rows } = await client.query<{ name: string; definition: string }>(
    `select quote_ident(conname) as name, pg_get_constraintdef(oid) as definition from pg_constraint
     where conrelid = $1::regclass and contype in ('p', 'u', 'c', 'x') and (contype = 'p') = $2 order by conname`,
    [table, primary],
  );
  return rows;
}

type View = { readonly name: string; readonly definition: string; readonly grants: readonly string[] };

/** Every view over these tables, also over other views, those first on which others stand. */
async function readViews(client: Queryable, tables: readonly string[]): Promise<View[]> {
  const { rows } = await client.query<{ name: string; definition: string }>(
    `with recursive standing as (
       select r.ev_class as view, 1 as depth from pg_depend d join pg_rewrite r on r.oid = d.objid
       where d.classid = 'pg_rewrite'::regclass and d.refobjid = any($1::regclass[]) and r.ev_class <> d.refobjid
       union
       select r.ev_class, s.depth + 1 from standing s join pg_depend d on d.refobjid = s.view
         join pg_rewrite r on r.oid = d.objid where d.classid = 'pg_rewrite'::regclass and r.ev_class <> d.refobjid)
     select view::regclass::text as name, pg_get_viewdef(view, true) as definition from standing
     group by view order by max(depth)`,
    [tables],
  );
  const views: View[] = [];
  for (const { name, definition } of rows)
    views.push({ name, definition: definition.replace(/;\s*$/, ''), grants: await readGrants(client, name) });
  return views;
}

/** What others than the owner may do, as statements. */
async function readGrants(client: Queryable, relation: string): Promise<string[]> {
  const { rows } = await client.query<{ statement: string }>(
    `select format('grant %s on %s to %s', a.privilege_type, $1::regclass,
       case a.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(a.grantee)) end) as statement
     from pg_class c, aclexplode(c.relacl) a where c.oid = $1::regclass and a.grantee <> c.relowner`,
    [relation],
  );
  return rows.map(({ statement }) => statement);
}
