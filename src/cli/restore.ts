// npm run restore -- FILE: a backup into an empty database: DATABASE_URL, or the embedded one of OMNI_DATA_DIR while no router runs there.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { openEmbeddedPostgres } from '../platform/embeddedPostgres.ts';
import { ensureWritable } from '../platform/ensureWritable.ts';
import { restoreBackup } from '../platform/restore.ts';
import { StartError } from '../platform/startError.ts';
import { MIGRATIONS } from '../setup.ts';
import { type CommandTools, readArguments, runCommand } from './command.ts';

const USAGE = 'npm run restore -- omni-2026-11-25.tar.gz';

await runCommand(async (tools) => {
  const [file] = readArguments(USAGE, []).words;
  if (file === undefined) throw new StartError(`Usage: ${USAGE}`);
  if (!existsSync(file)) throw new StartError(`there is no file ${file}`);
  const { env, logger } = tools;
  const database = env.databaseUrl === undefined ? await openOwn(tools) : undefined;
  try {
    const databaseUrl = env.databaseUrl ?? database?.connectionString ?? '';
    const { tables } = await restoreBackup({ databaseUrl, file, directory: MIGRATIONS, logger });
    const rows = Object.values(tables).reduce((sum, table) => sum + table.rows, 0);
    console.log(`${rows} rows of ${Object.keys(tables).length} tables are back, counted and compared by hash.`);
    console.log('Start the router; `npm run verify` then proves that log, decisions and read models agree.');
  } finally {
    await database?.stop();
  }
});

async function openOwn({ env, clock, random, logger }: CommandTools) {
  if (existsSync(join(env.dataDir, 'database-url')))
    throw new StartError(`a router runs on ${env.dataDir}: stop it first, or name another OMNI_DATA_DIR`);
  ensureWritable(env.dataDir, 'OMNI_DATA_DIR');
  return await openEmbeddedPostgres({ dataDir: env.dataDir, clock, random, logger });
}
