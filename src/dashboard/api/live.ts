// The live counters, as the router sends them every two seconds to a page that is looked at.
import { useEffect, useState } from 'react';

export type Counters = {
  readonly requests: number;
  readonly errors: number;
  readonly tokens: number;
  readonly cost_usd: string;
  readonly savings_usd: string;
};
export type Live = { readonly at: string; readonly last_minute: Counters; readonly today: Counters };
export type LiveState = { readonly state: 'opening' | 'open' | 'lost'; readonly live: Live | undefined };

export function useLive(): LiveState {
  const [state, setState] = useState<LiveState>({ state: 'opening', live: undefined });
  useEffect(() => {
    let source: EventSource | undefined;
    const open = (): void => {
      source = new EventSource('/v1/live');
      source.addEventListener('counters', (event: MessageEvent<string>) => {
        setState({ state: 'open', live: JSON.parse(event.data) as Live });
      });
      // The browser connects again by itself; what was last seen stays, and is shown as old.
      source.addEventListener('error', () => setState(({ live }) => ({ state: 'lost', live })));
    };
    // A browser has six connections to a host: tabs in the background must not hold them all.
    const follow = (): void => {
      source?.close();
      source = undefined;
      if (document.visibilityState === 'visible') open();
    };
    follow();
    document.addEventListener('visibilitychange', follow);
    return () => {
      document.removeEventListener('visibilitychange', follow);
      source?.close();
    };
  }, []);
  return state;
}
