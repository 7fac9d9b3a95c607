// Guessing keys from one address: after so many refusals in a minute the address has to wait, and no more keys than that are
// looked at for it at once. In this process only. Of IPv6 a whole /64 is one: that is what one customer gets.
import ipaddr from 'ipaddr.js';
import type { Clock } from '../../platform/clock.ts';

export type FailedAuth = {
  /** Seconds that this address has to wait before it may try another key, 0 = none. */
  waitOf(address: string): number;
  fail(address: string): void;
  /** A key of that address is being looked at until the result is called: it may turn out to be wrong. */
  look(address: string): () => void;
};

const WINDOW_MS = 60_000;
const MOST_FAILURES = 20;
const MOST_REMEMBERED = 10_000;
/** Those that are being looked at are known soon. */
const SOON_SEC = 1;

type Window = { readonly endsAt: number; failures: number };

export function createFailedAuth(clock: Pick<Clock, 'monotonicMs'>): FailedAuth {
  const windows = new Map<string, Window>();
  const looking = new Map<string, number>();
  const current = (group: string): Window | undefined => {
    const window = windows.get(group);
    return window && window.endsAt > clock.monotonicMs() ? window : undefined;
  };
  return {
    waitOf(address) {
      const group = groupOf(address);
      const window = current(group);
      const failures = window?.failures ?? 0;
      if (window && failures >= MOST_FAILURES)
        return Math.max(1, Math.ceil((window.endsAt - clock.monotonicMs()) / 1_000));
      return failures + (looking.get(group) ?? 0) >= MOST_FAILURES ? SOON_SEC : 0;
    },
    fail(address) {
      const group = groupOf(address);
      const window = current(group);
      if (window) window.failures += 1;
      else {
        forgetOldest(windows);
        windows.set(group, { endsAt: clock.monotonicMs() + WINDOW_MS, failures: 1 });
      }
    },
    look(address) {
      const group = groupOf(address);
      looking.set(group, (looking.get(group) ?? 0) + 1);
      return () => {
        const left = (looking.get(group) ?? 1) - 1;
        if (left > 0) looking.set(group, left);
        else looking.delete(group);
      };
    },
  };
}

function groupOf(address: string): string {
  if (!ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  if (parsed.kind() === 'ipv4') return parsed.toString();
  return (parsed as ipaddr.IPv6).parts.slice(0, 4).join(':');
}

/** A map keeps the order of insertion: an attacker with many addresses pushes out old ones, never all at once. */
function forgetOldest(windows: Map<string, Window>): void {
  for (const address of windows.keys()) {
    if (windows.size < MOST_REMEMBERED) return;
    windows.delete(address);
  }
}
