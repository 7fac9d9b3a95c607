// npm run backup [-- FILE]: log, accounts and read models of one moment in one archive, also while the router runs.
import { writeBackup } from '../platform/backup.ts';
import { isoTime } from '../platform/clock.ts';
import { StartError } from '../platform/startError.ts';
import { databaseUrlOf, readArguments, runCommand } from './command.ts';

const USAGE = 'npm run backup [-- omni-2026-11-25.tar.gz]';

await runCommand(async ({ env, clock }) => {
  const { words } = readArguments(USAGE, []);
  if (words.length > 1) throw new StartError(`one file is enough\nUsage: ${USAGE}`);
  const createdAt = isoTime(clock.now());
  const file = words[0] ?? `omni-${createdAt.slice(0, 19).replaceAll(':', '-')}.tar.gz`;
  const { tables } = await writeBackup({ databaseUrl: databaseUrlOf(env), file, createdAt });
  const rows = Object.values(tables).reduce((sum, table) => sum + table.rows, 0);
  console.log(
    `${file}: ${rows} rows of ${Object.keys(tables).length} tables. It holds secrets: keep it as you keep those.`,
  );
  const { eventStoreUrl } = env;
  if (eventStoreUrl !== undefined && eventStoreUrl !== env.databaseUrl)
    console.log(
      'The event log is in EVENTSTORE_URL and NOT in this archive: back that server up as well (`npm run migrate-log` can copy it into a PostgreSQL).',
    );
});
