// The providers that can be called: one file and one line each. A provider without a key is not opened.
import type { ProviderName } from '../domain/catalog.ts';
import { createAnthropic } from './anthropic.ts';
import { createGemini } from './gemini.ts';
import { createGroq } from './groq.ts';
import { type HttpPool, openHttpPool } from './http.ts';
import { createOpenAi } from './openai.ts';
import { createOpenRouter } from './openrouter.ts';
import type { Provider } from './provider.ts';

type Create = (settings: { apiKey: string; baseUrl: string; pool: HttpPool }) => Provider;

const VENDORS: Readonly<Record<ProviderName, Create>> = {
  openai: createOpenAi,
  anthropic: createAnthropic,
  google: createGemini,
  openrouter: createOpenRouter,
  groq: createGroq,
};

export type ProviderSettings = { readonly apiKey: string | undefined; readonly baseUrl: string };
export type Providers = { readonly byName: ReadonlyMap<ProviderName, Provider>; close(): Promise<void> };

export function openProviders(
  settings: Readonly<Record<ProviderName, ProviderSettings>>,
  now: () => number,
): Providers {
  const pool = openHttpPool(now);
  const byName = new Map<ProviderName, Provider>();
  for (const [name, create] of Object.entries(VENDORS) as [ProviderName, Create][]) {
    const { apiKey, baseUrl } = settings[name];
    if (apiKey !== undefined) byName.set(name, create({ apiKey, baseUrl, pool }));
  }
  return { byName, close: () => pool.close() };
}
