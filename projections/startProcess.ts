// The frame of each program of this room: environment, log and life; a wrong environment is told in one message.
import { ConfigError } from '../src/config/configError.ts';
import { type Env, loadEnv } from '../src/config/env.ts';
import { type Clock, systemClock } from '../src/platform/clock.ts';
import { type Lifecycle, createLifecycle } from '../src/platform/lifecycle.ts';
import { type Logger, createLogger } from '../src/platform/logger.ts';

export type ProcessTools = {
  readonly env: Env;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly lifecycle: Lifecycle;
};

/** Runs until a signal, or until the program stops itself. The exit code is 1 when it could not start. */
export async function startProcess(name: string, start: (tools: ProcessTools) => Promise<void>): Promise<void> {
  let env: Env;
  try {
    env = loadEnv();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    createLogger({ level: 'error', json: false, process: name }).error(error.message);
    process.exitCode = 1;
    return;
  }
  const clock = systemClock;
  const logger = createLogger({ level: env.logLevel, json: env.nodeEnv === 'production', process: name });
  const lifecycle = createLifecycle({ clock, logger, graceMs: env.shutdownGraceMs });
  await lifecycle.run(() => start({ env, clock, logger, lifecycle }));
}
