// Guessing keys from one address: after so many refusals in a minute the address has to wait. In this process only.
import type { Clock } from '../../platform/clock.ts';

export type FailedAuth = {
  /** Seconds that this address has to wait before it may try another key, 0 = none. */
  waitOf(address: string): number;
  fail(address: string): void;
};

const WINDOW_MS = 60_000;
const MOST_FAILURES = 20;
const MOST_REMEMBERED = 10_000;

type Window = { readonly endsAt: number; failures: number };

export function createFailedAuth(clock: Pick<Clock, 'monotonicMs'>): FailedAuth {
  const windows = new Map<string, Window>();
  const current = (address: string): Window | undefined => {
    const window = windows.get(address);
    return window && window.endsAt > clock.monotonicMs() ? window : undefined;
  };
  return {
    waitOf(address) {
      const window = current(address);
      if (!window || window.failures < MOST_FAILURES) return 0;
      return Math.max(1, Math.ceil((window.endsAt - clock.monotonicMs()) / 1_000));
    },
    fail(address) {
      const window = current(address);
      if (window) window.failures += 1;
      else {
        forgetOldest(windows);
        windows.set(address, { endsAt: clock.monotonicMs() + WINDOW_MS, failures: 1 });
      }
    },
  };
}

/** A map keeps the order of insertion: an attacker with many addresses pushes out old ones, never all at once. */
function forgetOldest(windows: Map<string, Window>): void {
  for (const address of windows.keys()) {
    if (windows.size < MOST_REMEMBERED) return;
    windows.delete(address);
  }
}
