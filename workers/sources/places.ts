// The feeds by their address, as the environment names it.
import type { FeedPlaces } from '../job.ts';
import type { FeedSource } from '../readFeed.ts';
import { MODELS_DEV, readModelsDev } from './modelsDev.ts';
import { OPENROUTER, readOpenRouterModels } from './openrouterModels.ts';

export function openRouterHeaders({ openrouter }: FeedPlaces): Readonly<Record<string, string>> {
  return openrouter.apiKey === undefined ? {} : { authorization: `Bearer ${openrouter.apiKey}` };
}

/** The whole list: without `offset` and `limit` nothing is paged, and the default filter is models that answer in text. */
export function openRouterFeed(places: FeedPlaces): FeedSource {
  const url = `${places.openrouter.baseUrl}/models`;
  return { name: OPENROUTER, url, headers: openRouterHeaders(places), read: readOpenRouterModels };
}

export function modelsDevFeed({ modelsDevUrl }: FeedPlaces): FeedSource {
  return { name: MODELS_DEV, url: modelsDevUrl, read: readModelsDev };
}
