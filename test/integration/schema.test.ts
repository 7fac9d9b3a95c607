// sql/schema.sql is what the migrations make: a change of one shows in a review of the other.
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { dumpSchema } from '../../src/platform/schemaDump.ts';
import { useDatabase } from '../support/postgres.ts';

describe('sql/schema.sql', () => {
  const database = useDatabase();

  it('is what the migrations make of an empty database (else: npm run schema)', async () => {
    expect(readFileSync('sql/schema.sql', 'utf8')).to.equal(await dumpSchema(database.postgres));
  });
});
