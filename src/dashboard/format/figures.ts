// Figures in words, with their units. What is not known is a dash, never 0. Pure.

const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat('en-US', { notation: 'compact', maximumSignificantDigits: 3 });
const dollars = new Intl.NumberFormat('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });

export const UNKNOWN = '–';

type Maybe = number | null | undefined;

export function formatCount(count: Maybe): string {
  return count === null || count === undefined ? UNKNOWN : whole.format(count);
}

/** `12.3K` */
export function formatShortCount(count: Maybe): string {
  return count === null || count === undefined
    ? UNKNOWN
    : Math.abs(count) < 10_000
      ? whole.format(count)
      : short.format(count);
}

export function formatTokens(count: Maybe): string {
  return count === null || count === undefined ? UNKNOWN : `${formatShortCount(count)} tok`;
}

/** Cents where there are any; below a cent three digits that count, for a request costs fractions of one. */
export function formatUsd(amount: number | string | null | undefined): string {
  if (amount === null || amount === undefined) return UNKNOWN;
  const value = Number(amount);
  const size = Math.abs(value);
  const sign = value < 0 ? '−' : '';
  if (size === 0) return '$0';
  if (size >= 1) return `${sign}$${dollars.format(size)}`;
  const digits = Math.min(12, Math.max(2, 2 - Math.floor(Math.log10(size))));
  return `${sign}$${size.toFixed(digits)}`;
}

/** A price a token, as people read prices: USD per million tokens. */
export function formatPricePerMillion(perToken: string | null | undefined): string {
  if (perToken === null || perToken === undefined) return UNKNOWN;
  const price = Number(perToken) * 1_000_000;
  return `$${Number(price.toPrecision(6)).toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 6 })}`;
}

/** @param share 0..1 */
export function formatShare(share: Maybe, digits = 1): string {
  return share === null || share === undefined || !Number.isFinite(share)
    ? UNKNOWN
    : `${(share * 100).toFixed(digits)} %`;
}

export function formatScore(score: Maybe): string {
  return score === null || score === undefined ? UNKNOWN : score.toFixed(3);
}

/** `task_type` → `task type` */
export function toWords(name: string): string {
  return name.replaceAll(/[_-]/g, ' ');
}
