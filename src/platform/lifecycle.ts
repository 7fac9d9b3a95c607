// The life of a process: what it opened is closed in reverse, within a deadline, on SIGTERM, on SIGINT, or when the supervisor
// that started it is gone. A second signal ends at once.
import type { Clock } from './clock.ts';
import type { Logger } from './logger.ts';

export type Lifecycle = {
  /** Registers how something that was just opened is closed. */
  own(name: string, close: () => Promise<void> | void): void;
  /** Resolves when the process should end. */
  readonly ending: Promise<string>;
  /** Closes everything in reverse; what fails is logged and does not keep the rest open. */
  closeAll(): Promise<void>;
};

export function createLifecycle({
  clock,
  logger,
  closeWithinMs,
}: {
  clock: Clock;
  logger: Logger;
  closeWithinMs: number;
}): Lifecycle {
  const owned: { name: string; close: () => Promise<void> | void }[] = [];
  const ending = new Promise<string>((resolve) => {
    let signals = 0;
    const onSignal = (signal: NodeJS.Signals): void => {
      signals += 1;
      if (signals > 1) process.exit(1);
      resolve(signal);
    };
    process.on('SIGTERM', onSignal);
    process.on('SIGINT', onSignal);
    // A killed supervisor cannot signal: its children see the channel close.
    if (process.channel) process.on('disconnect', () => resolve('the supervisor is gone'));
  });
  return {
    own: (name, close) => void owned.push({ name, close }),
    ending,
    async closeAll() {
      const deadline = clock.monotonicMs() + closeWithinMs;
      for (const { name, close } of owned.reverse()) {
        const over = new AbortController();
        try {
          const timeout = clock
            .sleep(Math.max(500, deadline - clock.monotonicMs()), over.signal)
            .then(() => Promise.reject(new Error('it took too long')));
          timeout.catch(() => undefined);
          await Promise.race([close(), timeout]);
        } catch (error) {
          logger.warn(`${name} did not close cleanly`, { error });
        } finally {
          over.abort();
        }
      }
    },
  };
}

/**
 * Runs a process: `main` opens what it needs and returns when everything runs; then it lives until it should end.
 * @returns the exit code
 */
export async function runProcess(lifecycle: Lifecycle, logger: Logger, main: () => Promise<void>): Promise<number> {
  let code = 0;
  try {
    await main();
    const reason = await lifecycle.ending;
    logger.info('stopping', { reason });
  } catch (error) {
    code = 1;
    logger.error(error instanceof Error ? error.message : 'the process could not start', { error });
  }
  await lifecycle.closeAll();
  return code;
}
