// npm run schema: writes config/models.schema.json for editors, and sql/schema.sql from a migrated database, so that a review sees what
// a migration did.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { modelsJsonSchema } from '../config/modelsSchema.ts';
import { dumpSchema } from '../platform/schemaDump.ts';
import { runCommand, withDatabase } from './command.ts';

const models = join('config', 'models.schema.json');
writeFileSync(models, modelsJsonSchema());
console.log(`${models} says what config/models.yaml may hold.`);

await runCommand((tools) =>
  withDatabase(tools, async (postgres) => {
    const file = join('sql', 'schema.sql');
    writeFileSync(file, await dumpSchema(postgres));
    console.log(`${file} says what the database is.`);
  }),
);
