// The life of a process: opens what it needs in order, waits for a reason to end, closes in reverse within a deadline.
// A resource that fails or hangs while closing is reported and never keeps the others from closing.
import { ConfigError } from '../config/configError.ts';
import type { Clock } from './clock.ts';
import type { Logger } from './logger.ts';
import { StartError } from './startError.ts';

/** What is needed of `process`; a test gives its own. */
export type ProcessHost = {
  on(event: string, listener: () => void): unknown;
  off(event: string, listener: () => void): unknown;
  exit(code: number): unknown;
  /** False when the parent's channel was there and is gone; undefined without one. */
  readonly connected?: boolean;
};

export type Lifecycle = {
  /** Aborted, with the reason as an Error, as soon as the process is to end. */
  readonly stopping: AbortSignal;
  /** Registers what closes a resource that is already open. */
  own(name: string, release: () => unknown): void;
  /** Opens a resource and registers its release. @throws StoppedError when the process is ending (it is then closed again) */
  open<T>(name: string, opener: (stopping: AbortSignal) => T | Promise<T>, close: (resource: T) => unknown): Promise<T>;
  /** Ends the process as a signal would; with an error, by exit code 1. */
  stop(reason: string, error?: unknown): void;
  /** Runs `start`, waits for a reason to end, closes everything, ends the process, and gives its exit code. */
  run(start: (stopping: AbortSignal) => Promise<void>): Promise<number>;
};

export type LifecycleOptions = {
  readonly clock: Clock;
  readonly logger: Logger;
  /** How long closing may take in all. */
  readonly graceMs: number;
  readonly host?: ProcessHost;
  /** What must not be left behind when a second signal ends the process at once. Synchronous. */
  readonly onSecondSignal?: () => void;
};

export class StoppedError extends Error {
  override readonly name = 'StoppedError';
}

type Resource = { readonly name: string; readonly close: () => unknown };

const SIGNALS = { SIGTERM: 143, SIGINT: 130, SIGHUP: 129 } as const;
/** npm passes a terminal's Ctrl-C on to a child that got it from the terminal too: one press, two signals. */
const SAME_PRESS_MS = 500;
/** What a resource gets even when those before it used up the grace: the last to close is the most important one. */
const LAST_CHANCE_MS = 500;

export function createLifecycle(options: LifecycleOptions): Lifecycle {
  const { clock, logger, graceMs, host = process } = options;
  const stopping = new AbortController();
  const resources: Resource[] = [];
  const state = { exitCode: 0, deadline: Infinity };

  const stop = (reason: string, error?: unknown): void => {
    if (error !== undefined) {
      state.exitCode = 1;
      tell(logger, reason, error);
    }
    if (stopping.signal.aborted) return;
    state.deadline = clock.monotonicMs() + graceMs;
    if (!isForPeople(error)) logger.info('stopping', { reason });
    stopping.abort(new StoppedError(reason));
  };
  const stopListening = listen(options, stop);
  const remaining = () => Math.max(LAST_CHANCE_MS, state.deadline - clock.monotonicMs());

  const closeOne = async ({ name, close }: Resource): Promise<void> => {
    try {
      await withinTime(clock, remaining(), close);
    } catch (error) {
      state.exitCode = 1;
      logger.error(`${name} did not close`, { error });
    }
  };

  return {
    stopping: stopping.signal,
    stop,
    own: (name, close) => resources.push({ name, close }),
    async open(name, opener, close) {
      stopping.signal.throwIfAborted();
      const opened = await opener(stopping.signal);
      const resource: Resource = { name, close: () => close(opened) };
      if (!stopping.signal.aborted) {
        resources.push(resource);
        return opened;
      }
      await closeOne(resource);
      throw stopping.signal.reason;
    },
    async run(start) {
      const started = start(stopping.signal).catch((error: unknown) => {
        if (!stopping.signal.aborted || !(error instanceof StoppedError)) stop('the process did not start', error);
      });
      if (host.connected === false) stop('the supervisor is gone');
      await aborted(stopping.signal);
      // What is being opened right now is closed when it is there.
      await closeOne({ name: 'the start', close: () => started });
      for (let next = resources.pop(); next; next = resources.pop()) await closeOne(next);
      stopListening();
      host.exit(state.exitCode);
      return state.exitCode;
    },
  };
}

const isForPeople = (error: unknown): error is Error => error instanceof ConfigError || error instanceof StartError;

/** What a person must change is told in its own words; everything else is a bug and comes with its stack. */
function tell(logger: Logger, reason: string, error: unknown): void {
  if (isForPeople(error)) logger.error(error.message);
  else logger.error(reason, { error });
}

/** Signals and the supervisor's channel: the first ends in order, the next press ends at once. */
function listen(
  { clock, logger, host = process, onSecondSignal }: LifecycleOptions,
  stop: (reason: string) => void,
): () => void {
  let firstAt: number | undefined;
  const handlers = Object.entries(SIGNALS).map(([signal, code]) => {
    const handler = (): void => {
      firstAt ??= clock.monotonicMs();
      if (clock.monotonicMs() - firstAt <= SAME_PRESS_MS) return stop(`received ${signal}`);
      logger.warn(`received ${signal} again: ending at once`);
      onSecondSignal?.();
      host.exit(code);
    };
    return [signal, handler] as const;
  });
  const all = [...handlers, ['disconnect', () => stop('the supervisor is gone')] as const];
  for (const [event, handler] of all) host.on(event, handler);
  return () => {
    for (const [event, handler] of all) host.off(event, handler);
  };
}

async function withinTime(clock: Clock, ms: number, work: () => unknown): Promise<void> {
  const done = new AbortController();
  const late = async (): Promise<never> => {
    await clock.sleep(ms, done.signal);
    throw new Error(`no end after ${Math.round(ms)} ms`);
  };
  try {
    await Promise.race([Promise.resolve().then(work), late()]);
  } finally {
    done.abort();
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
