// The data of the embedded PostgreSQL: made once, whole or not at all, with the password of its only user inside; refused
// when another version wrote them.
import { appendFileSync, existsSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Random } from './clock.ts';
import type { ServerPlace } from './embeddedPlace.ts';
import { runProgram } from './runProgram.ts';
import { isAlive } from './serverProcess.ts';
import { StartError } from './startError.ts';

export const SERVER_USER = 'omni';

export type ClusterOptions = { readonly random: Random; readonly fsync: boolean };

const PASSWORD_FILE = 'router-password';
const SETTINGS_FILE = 'router.conf';
/** For small machines: everything else is PostgreSQL's own default. */
const SETTINGS = `# Written by the router at every start.
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 200
shared_buffers = 128MB
max_wal_size = 1GB
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
`;

/** Makes the data folder if there is none, and returns the password. */
export async function prepareCluster(place: ServerPlace, options: ClusterOptions): Promise<string> {
  if (!existsSync(join(place.data, 'PG_VERSION'))) await initialise(place, options);
  checkVersion(place);
  const settings = join(place.data, SETTINGS_FILE);
  writeFileSync(settings, `${SETTINGS}${options.fsync ? '' : 'fsync = off\n'}`);
  place.giveToServer(settings);
  return readPassword(place);
}

function checkVersion({ data, majorVersion }: ServerPlace): void {
  const found = readFileSync(join(data, 'PG_VERSION'), 'utf8').trim();
  if (found === majorVersion) return;
  throw new StartError(
    `the data in ${data} were written by PostgreSQL ${found}, and this router brings ${majorVersion}: ` +
      `move them away, or point DATABASE_URL at a server of that version`,
  );
}

function readPassword({ data }: ServerPlace): string {
  const file = join(data, PASSWORD_FILE);
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new StartError(
      `the database's password cannot be read from ${file}: put the file back from a backup, ` +
        `or set OMNI_DATA_DIR to another folder`,
      { cause: error },
    );
  }
}

/** Works beside a second start: each makes a folder of its own, and the first to be whole becomes the data. */
async function initialise(place: ServerPlace, { random, fsync }: ClusterOptions): Promise<void> {
  removeLeftovers(place);
  const fresh = join(place.base, `data.${process.pid}.new`);
  const passwordFile = join(place.base, `password.${process.pid}.new`);
  writeFileSync(passwordFile, random.bytes(24).toString('hex'), { mode: 0o600, flush: true });
  place.giveToServer(passwordFile);
  try {
    await runProgram(place, 'initdb', [
      `--pgdata=${fresh}`,
      `--username=${SERVER_USER}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
      '--no-instructions',
      ...(fsync ? [] : ['--no-sync']),
    ]);
    appendFileSync(join(fresh, 'postgresql.conf'), `\ninclude_if_exists '${SETTINGS_FILE}'\n`, { flush: true });
    renameSync(passwordFile, join(fresh, PASSWORD_FILE));
    renameSync(fresh, place.data);
  } catch (error) {
    rmSync(fresh, { recursive: true, force: true });
    rmSync(passwordFile, { force: true });
    if (existsSync(join(place.data, 'PG_VERSION'))) return;
    const reason = error instanceof Error ? error.message : String(error);
    throw new StartError(`the database folder ${place.data} could not be made: ${reason}`, { cause: error });
  }
}

/** What a start that was killed while it made the data has left. */
function removeLeftovers({ base }: ServerPlace): void {
  for (const name of readdirSync(base)) {
    const pid = /^(?:data|password)\.(\d+)\.new$/.exec(name)?.[1];
    if (pid === undefined) continue;
    if (Number(pid) === process.pid || !isAlive(Number(pid))) {
      rmSync(join(base, name), { recursive: true, force: true });
    }
  }
}
