// The schema as text.
import { expect } from 'chai';
import { dumpSchema } from '../../../src/platform/schemaDump.ts';
import { useDatabase } from '../../support/postgres.ts';

describe('dumpSchema', () => {
  const first = useDatabase();
  const second = useDatabase();

  it('gives the same text for two databases with the same migrations', async () => {
    const text = await dumpSchema(first.postgres);
    expect(text).to.equal(await dumpSchema(second.postgres));
    expect(text).to.contain('create table eventlog.events (').and.contain('create view public.request_outcomes as');
    expect(text).not.to.contain('schema_migrations');
    expect(text.endsWith(';\n')).to.equal(true);
  });

  it('shows columns, defaults, constraints, indexes, views, functions and triggers', async () => {
    const before = await dumpSchema(first.postgres);
    await first.postgres.query(`
      create type mood as enum ('good', 'bad');
      create table parents (number bigint generated always as identity primary key);
      create table children (
        id uuid primary key, parent_id bigint not null references parents (number), name text collate "C" default 'x',
        cost numeric(31, 13), doubled numeric generated always as (cost * 2) stored, mood mood,
        check (cost >= 0), unique (parent_id, name));
      create index children_cost on children (cost) where cost is not null;
      create function nothing() returns trigger language plpgsql as 'begin return null; end';
      create trigger children_change after insert on children for each row execute function nothing();`);
    const after = await dumpSchema(first.postgres);
    for (const line of [
      `create type public.mood as enum ('good', 'bad');`,
      `  number bigint generated always as identity not null,`,
      `  parent_id bigint not null,`,
      `  name text collate "C" default 'x'::text,`,
      `  cost numeric(31,13),`,
      `  doubled numeric generated always as ((cost * (2)::numeric)) stored,`,
      `  mood mood,`,
      `  constraint children_pkey PRIMARY KEY (id),`,
      `  constraint children_parent_id_name_key UNIQUE (parent_id, name),`,
      `  constraint children_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES parents(number),`,
      `  constraint children_cost_check CHECK (cost >= 0::numeric)`,
      `CREATE INDEX children_cost ON public.children USING btree (cost) WHERE (cost IS NOT NULL);`,
      `CREATE TRIGGER children_change AFTER INSERT ON public.children FOR EACH ROW EXECUTE FUNCTION nothing();`,
    ]) {
      expect(after.split('\n'), line).to.include(line);
      expect(before.split('\n'), line).not.to.include(line);
    }
    expect(after).to.contain('FUNCTION public.nothing()');
  });
});
