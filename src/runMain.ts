// How each process of the Procfile begins: the environment, a logger, a lifecycle, and what it opens.
import { ConfigError } from './config/configError.ts';
import { type Env, loadEnv } from './config/env.ts';
import { readTogether } from './config/readTogether.ts';
import { systemClock } from './platform/clock.ts';
import { type Lifecycle, createLifecycle } from './platform/lifecycle.ts';
import { type Logger, createLogger } from './platform/logger.ts';

/** Closing the database after the grace for requests must have its time too. */
const CLOSE_MS = 1_500;

/** `files` are read beside the environment, so that mistakes in both are told together. */
export async function runMain(
  name: string,
  open: (env: Env, lifecycle: Lifecycle, logger: Logger) => Promise<void>,
  files: readonly (() => unknown)[] = [],
): Promise<void> {
  const env = readConfigOrExit(() => loadEnv(), files);
  const logger = createLogger({ level: env.logLevel, json: env.nodeEnv === 'production', process: name });
  const lifecycle = createLifecycle({ clock: systemClock, logger, graceMs: env.shutdownGraceMs + CLOSE_MS });
  await lifecycle.run(() => open(env, lifecycle, logger));
}

export function readConfigOrExit(readEnv: () => Env, files: readonly (() => unknown)[]): Env {
  try {
    const [env] = readTogether([readEnv, ...files]);
    return env;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}

/** @throws ConfigError that says how to get a database */
export function requireDatabase({ databaseUrl }: Env): string {
  if (databaseUrl !== undefined) return databaseUrl;
  throw new ConfigError([
    {
      file: 'environment',
      path: 'DATABASE_URL',
      found: 'nothing',
      allowed: 'the PostgreSQL to use (without one, `npm start` runs its own)',
    },
  ]);
}
