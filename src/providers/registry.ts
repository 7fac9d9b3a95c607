// The providers that can be called: one file and one line each. A provider without a key is not opened.
import type { ProviderName } from '../domain/catalog.ts';
import { createAnthropic } from './anthropic.ts';
import { type ImageFetcher, openImageFetcher } from './fetchImage.ts';
import { createGemini } from './gemini.ts';
import { createGroq } from './groq.ts';
import { type HttpPool, openHttpPool } from './http.ts';
import { rotateKeys } from './keyRing.ts';
import { createOpenAi } from './openai.ts';
import { createOpenRouter } from './openrouter.ts';
import type { Provider } from './provider.ts';

type Create = (settings: { apiKey: string; baseUrl: string; pool: HttpPool; images: ImageFetcher }) => Provider;

const VENDORS: Readonly<Record<ProviderName, Create>> = {
  openai: createOpenAi,
  anthropic: createAnthropic,
  google: createGemini,
  openrouter: createOpenRouter,
  groq: createGroq,
};

/** Several keys are used in turn; none = the provider is not opened. */
export type ProviderSettings = { readonly apiKeys: readonly string[]; readonly baseUrl: string };
export type Providers = { readonly byName: ReadonlyMap<ProviderName, Provider>; close(): Promise<void> };

export function openProviders(
  settings: Readonly<Record<ProviderName, ProviderSettings>>,
  now: () => number,
  /** Networks that images may be fetched from although they are not public. */
  imageNetworks: readonly string[] = [],
): Providers {
  const pool = openHttpPool(now);
  const images = openImageFetcher({ allowed: imageNetworks });
  const byName = new Map<ProviderName, Provider>();
  for (const [name, create] of Object.entries(VENDORS) as [ProviderName, Create][]) {
    const { apiKeys, baseUrl } = settings[name];
    const [first, ...others] = apiKeys.map((apiKey) => create({ apiKey, baseUrl, pool, images }));
    if (first) byName.set(name, rotateKeys([first, ...others], now));
  }
  return {
    byName,
    async close() {
      await pool.close();
      await images.close();
    },
  };
}
