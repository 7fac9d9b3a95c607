// npm run generate-api-key -- --org NAME [--email E]: a new key, alone, on the last line.
import { createApiKey } from '../accounts/accounts.ts';
import { StartError } from '../platform/startError.ts';
import { readArguments, runCommand, withDatabase } from './command.ts';

const USAGE = 'npm run generate-api-key -- --org NAME [--email ADDRESS]';

await runCommand(async (tools) => {
  const { org, email } = readArguments(USAGE, ['org', 'email']).options;
  if (!org) throw new StartError(`--org: found nothing; allowed: the name of an org\nUsage: ${USAGE}`);
  const created = await withDatabase(tools, (postgres) =>
    createApiKey({ ...tools, postgres }, { org, email, by: 'generate-api-key' }),
  );
  console.log(`A key for ${org}; it is shown this once, only its hash is kept:`);
  console.log(created.key);
});
