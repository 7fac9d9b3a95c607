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

/** `1 error`, `2 errors` */
export function formatCounted(count: number, word: string): string {
  return `${whole.format(count)} ${word}${count === 1 ? '' : 's'}`;
}

export function formatTokens(count: Maybe): string {
  return count === null || count === undefined ? UNKNOWN : `${formatShortCount(count)} tok`;
}

/** Cents from a dollar on, else as many decimals as a column of such amounts needs to line up; a request costs fractions of a cent. */
export function formatUsd(amount: number | string | null | undefined): string {
  if (amount === null || amount === undefined) return UNKNOWN;
  const value = Number(amount);
  const size = Math.abs(value);
  if (size === 0) return '$0';
  return `${value < 0 ? '−' : ''}$${size >= 1 ? dollars.format(size) : size.toFixed(decimalsFor(size))}`;
}

/** The class of an amount by what it means to who pays: nothing of what is not known, or neither gained nor lost. */
export function toneOf(gain: number | string | null | undefined): 'positive' | 'negative' | undefined {
  const value = Number(gain ?? 0);
  return value > 0 ? 'positive' : value < 0 ? 'negative' : undefined;
}

/** On an axis: no more digits than it takes. */
export function formatUsdTick(amount: number): string {
  return `${amount < 0 ? '−' : ''}$${Math.abs(amount).toLocaleString('en-US', { maximumSignificantDigits: 3 })}`;
}

function decimalsFor(size: number): number {
  if (size >= 0.01) return 4;
  return size >= 0.000_01 ? 6 : 9;
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
    : `${share < 0 ? '−' : ''}${Math.abs(share * 100).toFixed(digits)} %`;
}

export function formatScore(score: Maybe): string {
  return score === null || score === undefined ? UNKNOWN : score.toFixed(3);
}

/** `task_type` → `task type` */
export function toWords(name: string): string {
  return name.replaceAll(/[_-]/g, ' ');
}
