// npm run sql -- "select …": a table from the read models, for machines without psql. Reads only.
import { StartError } from '../platform/startError.ts';
import { formatTable } from './formatTable.ts';
import { readArguments, runCommand, withDatabase } from './command.ts';

const USAGE = 'npm run sql -- "select model_used, count(*) from requests group by 1"';

await runCommand(async (tools) => {
  const [query] = readArguments(USAGE, []).words;
  if (!query) throw new StartError(`Usage: ${USAGE}`);
  await withDatabase(tools, async (postgres) => {
    const { rows } = await postgres.transaction(async (client) => {
      await client.query('set transaction read only');
      try {
        return await client.query(query);
      } catch (error) {
        // A mistake in the query is the user's to mend: the server's own sentence says it best.
        throw new StartError(error instanceof Error ? error.message : String(error), { cause: error });
      }
    });
    console.log(formatTable(rows));
  });
});
