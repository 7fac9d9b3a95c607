// The feeds on loopback: serves the snapshot that is set, in the pages and under the addresses of the real ones.
import { createServer } from 'node:http';
import { listen } from '../../src/platform/listen.ts';
import type { FeedPlaces } from '../job.ts';

export type LoopbackFeeds = {
  readonly places: FeedPlaces;
  /** What OpenRouter's list is from here on. */
  setPrices(body: unknown): void;
  /** What ArtificialAnalysis' pages are from here on. */
  setRatings(pages: readonly unknown[]): void;
  close(): Promise<void>;
};

/** models.dev knowing nothing of anybody: the snapshots of OpenRouter stand by themselves. */
const NOTHING = {
  filler: { id: 'filler', cost: { input: 1, output: 1 }, limit: { context: 1, output: 1 } },
};
const EMPTY_MODELS_DEV = Object.fromEntries(
  ['openai', 'anthropic', 'google', 'groq'].map((name) => [name, { id: name, models: NOTHING }]),
);

export async function openLoopbackFeeds(): Promise<LoopbackFeeds> {
  let prices: unknown = { data: [] };
  let ratings: readonly unknown[] = [];
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://loopback');
    const answer = (): unknown => {
      if (pathname === '/openrouter/models') return prices;
      if (pathname === '/models-dev.json') return EMPTY_MODELS_DEV;
      if (pathname.endsWith('/language/models/free')) return ratings[Number(searchParams.get('page')) - 1];
      return undefined;
    };
    const body = answer();
    response.writeHead(body === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body ?? { error: 'none' }));
  });
  const url = await listen(server, '127.0.0.1', 0);
  return {
    places: {
      openrouter: { baseUrl: `${url}/openrouter`, apiKey: undefined },
      modelsDevUrl: `${url}/models-dev.json`,
      artificialAnalysis: { baseUrl: `${url}/aa`, apiKey: 'replay' },
      webhook: undefined,
    },
    setPrices: (body) => {
      prices = body;
    },
    setRatings: (pages) => {
      ratings = pages;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
