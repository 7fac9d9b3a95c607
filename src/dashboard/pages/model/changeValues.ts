// A changed field as people read it: prices in USD per million tokens, everything else as it is. Pure.
import { toWords } from '../../format/figures.ts';

/** What a figure of a field is to be multiplied by: the table keeps two prices a thousand tokens, the others a token. */
const PER_MILLION: Readonly<Record<string, number>> = {
  cost_input: 1_000,
  cost_output: 1_000,
  'prices.cachedInput': 1_000_000,
  'prices.cacheWrite5m': 1_000_000,
  'prices.cacheWrite1h': 1_000_000,
  'prices.reasoning': 1_000_000,
};
const NAMES: Readonly<Record<string, string>> = {
  cost_input: 'input price, $/M tok',
  cost_output: 'output price, $/M tok',
  'prices.cachedInput': 'cached input price, $/M tok',
  'prices.cacheWrite5m': 'cache write price (5 min), $/M tok',
  'prices.cacheWrite1h': 'cache write price (1 h), $/M tok',
  'prices.reasoning': 'reasoning price, $/M tok',
  quality_rating: 'rating',
};

export function nameField(field: string): string {
  return NAMES[field] ?? toWords(field.replace(/^details\./, ''));
}

/** A price in USD per million tokens, any other figure as it is; null for what is no figure. */
export function readFigure(field: string, text: string | null): number | null {
  const value = text === null || text === '' ? Number.NaN : Number(text) * (PER_MILLION[field] ?? 1);
  // Multiplied floats have a tail that no price list has.
  return Number.isNaN(value) ? null : Number(value.toPrecision(12));
}

export function showValue(field: string, text: string | null): string {
  const figure = field in PER_MILLION ? readFigure(field, text) : null;
  return figure === null
    ? (text ?? '–')
    : figure.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 6 });
}
