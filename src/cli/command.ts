// What the commands share: arguments, the database of a running router, and one clear line when something is missing.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Env, loadEnv } from '../config/env.ts';
import { ConfigError } from '../config/configError.ts';
import { type Clock, type Random, createRandom, systemClock } from '../platform/clock.ts';
import { type Logger, createLogger } from '../platform/logger.ts';
import { type Postgres, openPostgres } from '../platform/postgres.ts';
import { StartError } from '../platform/startError.ts';

export type CommandTools = {
  readonly env: Env;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly random: Random;
};

/** Runs a command; what a person must change is printed as its message alone. */
export async function runCommand(work: (tools: CommandTools) => Promise<void>): Promise<void> {
  try {
    const env = loadEnv();
    const logger = createLogger({ level: 'warn', json: false, process: 'command' });
    await work({ env, logger, clock: systemClock, random: createRandom(systemClock) });
  } catch (error) {
    const told = error instanceof ConfigError || error instanceof StartError;
    process.stderr.write(
      `${told ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    process.exitCode = 1;
  }
}

/** The options by name, each with a text, and the words that are none. @throws StartError that shows the usage */
export function readArguments(
  usage: string,
  names: readonly string[],
  args: readonly string[] = process.argv.slice(2),
): { options: Record<string, string | undefined>; words: string[] } {
  try {
    const options = Object.fromEntries(names.map((name) => [name, { type: 'string' as const }]));
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    return { options: values, words: positionals };
  } catch (error) {
    throw new StartError(`${error instanceof Error ? error.message : String(error)}\nUsage: ${usage}`, {
      cause: error,
    });
  }
}

/** An option that is a time, as ms since the epoch. @throws StartError that shows the usage */
export function readTime(usage: string, name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const at = Date.parse(text);
  if (Number.isNaN(at))
    throw new StartError(`--${name}: found "${text}"; allowed: an ISO date or time\nUsage: ${usage}`);
  return at;
}

/** DATABASE_URL, or the embedded server of the router that runs on OMNI_DATA_DIR. */
export function databaseUrlOf(env: Env): string {
  if (env.databaseUrl !== undefined) return env.databaseUrl;
  const file = join(env.dataDir, 'database-url');
  if (existsSync(file)) return readFileSync(file, 'utf8').trim();
  throw new StartError(`no router runs on ${env.dataDir}: start it with \`npm start\`, or set DATABASE_URL`);
}

export async function withDatabase<T>(
  { env, logger }: CommandTools,
  work: (postgres: Postgres) => Promise<T>,
): Promise<T> {
  const postgres = openPostgres({
    connectionString: databaseUrlOf(env),
    applicationName: 'omni-command',
    max: 2,
    logger,
  });
  try {
    return await work(postgres);
  } finally {
    await postgres.close();
  }
}
