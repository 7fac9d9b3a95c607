// The live counters, as the router sends them every two seconds.
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
    const source = new EventSource('/v1/live');
    source.addEventListener('counters', (event: MessageEvent<string>) => {
      setState({ state: 'open', live: JSON.parse(event.data) as Live });
    });
    // The browser connects again by itself; what was last seen stays, and is shown as old.
    source.addEventListener('error', () => setState(({ live }) => ({ state: 'lost', live })));
    return () => source.close();
  }, []);
  return state;
}
