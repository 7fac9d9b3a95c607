import { expect } from 'chai';
import { before, describe, it } from 'mocha';
import { defineTable, put } from '../../../projections/projection.ts';
import { createRowStore } from '../../../projections/rowStore.ts';
import { useDatabase } from '../../support/postgres.ts';

type Sample = {
  readonly id: string;
  readonly day: string;
  readonly label: string | null;
  readonly small: number;
  readonly large: number;
  readonly amount: string;
  readonly flag: boolean | null;
  readonly at: string;
  readonly data: unknown;
};
const samples = defineTable<Sample>('samples', ['id', 'day'], {
  id: 'uuid',
  day: 'date',
  label: 'text',
  small: 'integer',
  large: 'bigint',
  amount: 'numeric',
  flag: 'boolean',
  at: 'timestamptz',
  data: 'jsonb',
});
const ID = '0f0f0f0f-0000-4000-8000-000000000001';
const sample = (fields: Partial<Sample> = {}): Sample => ({
  id: ID,
  day: '2026-03-01',
  label: 'zwölf "12" \\ 十二',
  small: -7,
  large: 2 ** 52 + 1,
  amount: '-1234567.000000000001',
  flag: false,
  at: '2026-03-01T23:59:59.007Z',
  data: [{ score: 0.1, parts: { cost: null } }],
  ...fields,
});
const keyOf = ({ id, day }: Sample) => ({ table: samples, values: [id, day] });

describe('the row store', () => {
  const database = useDatabase();
  before(() =>
    database.postgres.query(`create table samples (id uuid, day date, label text, small integer, large bigint,
      amount numeric(30, 12), flag boolean, at timestamptz, data jsonb, primary key (id, day))`),
  );
  const write = async (...rows: Sample[]) => {
    const store = createRowStore();
    store.stage(rows.map((row) => put(samples, row)));
    await store.write(database.postgres);
  };
  const read = async (row: Sample) => {
    const store = createRowStore();
    await store.load(database.postgres, [keyOf(row)]);
    return store.rows.get(samples, row.id, row.day);
  };

  it('reads every kind of column back exactly as it was written', async () => {
    const full = sample();
    const empty = sample({ day: '2026-03-02', label: null, flag: null, amount: '0', data: {} });
    await write(full, empty);
    expect(await read(full)).to.deep.equal(full);
    expect(await read(empty)).to.deep.equal(empty);
  });

  it('writes over a row with the same key', async () => {
    await write(sample({ day: '2026-03-03' }));
    await write(sample({ day: '2026-03-03', amount: '5' }));
    expect((await read(sample({ day: '2026-03-03' })))?.amount).to.equal('5');
  });

  it('keeps a text that holds what PostgreSQL cannot store', async () => {
    const odd = sample({ day: '2026-03-04', label: 'a\u0000b', data: ['\u0000'] });
    await write(odd);
    expect(await read(odd))
      .to.include({ label: 'a\ufffdb' })
      .and.to.deep.include({ data: ['\ufffd'] });
  });

  it('gives no row that was not asked for, and undefined for one that is not there', async () => {
    const store = createRowStore();
    expect(() => store.rows.get(samples, ID, '2000-01-01')).to.throw('not asked for');
    expect(() => store.rows.all(samples)).to.throw('not asked for');
    await store.load(database.postgres, [{ table: samples, values: [ID, '2000-01-01'] }]);
    expect(store.rows.get(samples, ID, '2000-01-01')).to.equal(undefined);
  });

  it('keeps its working set between batches, and reads again once that has grown too large', async () => {
    const row = sample({ day: '2026-03-05' });
    await write(row);
    for (const [mostRows, amount] of [
      [10, row.amount],
      [0, '9'],
    ] as const) {
      await write(row);
      const store = createRowStore({ mostRows });
      await store.load(database.postgres, [keyOf(row)]);
      store.settle();
      await write({ ...row, amount: '9' });
      await store.load(database.postgres, [keyOf(row)]);
      expect(store.rows.get(samples, row.id, row.day)?.amount).to.equal(amount);
    }
  });
});
