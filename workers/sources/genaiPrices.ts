// The price list inside @pydantic/genai-prices, with dated history: a second opinion that needs no network. As old as the package.
import { calcPrice } from '@pydantic/genai-prices';
import { statedPrices } from '../../src/domain/comparePrices.ts';
import type { Prices } from '../../src/domain/prices.ts';
import { perToken } from './modelsDev.ts';
import { dropEmpty } from './openrouterModels.ts';

export const GENAI_PRICES = 'genai_prices';

/**
 * The price on that day of the model of exactly that name; undefined when it is not listed. The package guesses by
 * beginnings of names, which would give a new model the price of an older one: such guesses are left out.
 */
export function genaiPriceOf(provider: string, model: string, at: Date): Prices | undefined {
  const found = calcPrice({ input_tokens: 1, output_tokens: 1 }, model, { providerId: provider, timestamp: at });
  if (!found || !isSameName(found.model.id, model)) return undefined;
  const line = (name: string): string | undefined => {
    const value = found.model_price[name];
    // A tiered price's `base` is what holds below the first tier.
    return perToken(typeof value === 'object' ? value.base : value);
  };
  return statedPrices(
    dropEmpty({
      input: line('input_mtok'),
      output: line('output_mtok'),
      cachedInput: line('cache_read_mtok'),
      cacheWrite5m: line('cache_write_mtok'),
    }),
  );
}

/** Vendors write claude-sonnet-4-5 where others have claude-sonnet-4.5. */
function isSameName(a: string, b: string): boolean {
  return plain(a) === plain(b);
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll('.', '-');
}
