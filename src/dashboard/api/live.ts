// The live counters, as the router sends them every two seconds to a page that is looked at.
import { useEffect, useState } from 'react';
import type { SessionAnswer } from '../../api/answers.ts';
import { getJson } from './client.ts';
import { leaveToSignIn } from './queryClient.ts';

export type Counters = {
  readonly requests: number;
  readonly errors: number;
  readonly tokens: number;
  readonly cost_usd: string;
  readonly savings_usd: string;
};
export type Live = { readonly at: string; readonly last_minute: Counters; readonly today: Counters };
export type LiveState = { readonly state: 'opening' | 'open' | 'lost'; readonly live: Live | undefined };

const FIRST_WAIT_MS = 1_000;
const MOST_WAIT_MS = 30_000;

export function useLive(): LiveState {
  const [state, setState] = useState<LiveState>({ state: 'opening', live: undefined });
  useEffect(() => {
    let stop: (() => void) | undefined;
    // A browser has six connections to a host: tabs in the background must not hold them all.
    const follow = (): void => {
      stop?.();
      stop = document.visibilityState === 'visible' ? listen(setState) : undefined;
    };
    follow();
    document.addEventListener('visibilitychange', follow);
    return () => {
      document.removeEventListener('visibilitychange', follow);
      stop?.();
    };
  }, []);
  return state;
}

/**
 * Opens the stream again whenever it ends, ever more patiently. A browser does so by itself only for a connection that broke: after
 * an answer that is not 200, as while the database or a proxy is away, it never asks again.
 */
function listen(setState: (change: (old: LiveState) => LiveState) => void): () => void {
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let waitMs = FIRST_WAIT_MS;
  const open = (): void => {
    source = new EventSource('/v1/live');
    source.addEventListener('counters', (event: MessageEvent<string>) => {
      waitMs = FIRST_WAIT_MS;
      const live = JSON.parse(event.data) as Live;
      setState(() => ({ state: 'open', live }));
    });
    source.addEventListener('error', () => {
      source?.close();
      // What was last seen stays, and is shown as old.
      setState(({ live }) => ({ state: 'lost', live }));
      timer = setTimeout(() => void again(), waitMs);
      waitMs = Math.min(waitMs * 2, MOST_WAIT_MS);
    });
  };
  let stopped = false;
  const again = async (): Promise<void> => {
    const isOut = await isSignedOut();
    if (stopped) return;
    if (isOut) leaveToSignIn();
    else open();
  };
  open();
  return () => {
    stopped = true;
    clearTimeout(timer);
    source?.close();
  };
}

/** A stream that is refused does not say why. */
async function isSignedOut(): Promise<boolean> {
  try {
    return !(await getJson<SessionAnswer>('/v1/session')).signed_in;
  } catch {
    // Nothing answers: it is not the session's fault, and the stream is tried anyway.
    return false;
  }
}
