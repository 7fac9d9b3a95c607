// npm run schema: writes sql/schema.sql from a migrated database, so that a review sees what a migration did.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dumpSchema } from '../platform/schemaDump.ts';
import { runCommand, withDatabase } from './command.ts';

await runCommand((tools) =>
  withDatabase(tools, async (postgres) => {
    const file = join('sql', 'schema.sql');
    writeFileSync(file, await dumpSchema(postgres));
    console.log(`${file} says what the database is.`);
  }),
);
