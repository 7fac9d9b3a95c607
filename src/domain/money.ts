// Exact money: prices are decimals of any length, amounts are whole pico-dollars (1e-12 USD).
// No float ever takes part; a price that is not known is `undefined`, never zero.

/** An exact decimal, `coefficient × 10^-scale`; `raw` is the text it came from. */
export type Decimal = { readonly coefficient: bigint; readonly scale: number; readonly raw: string };

/** Whole pico-dollars, 1e-12 USD. */
export type PicoUsd = bigint;

const PICO_DIGITS = 12;
const DECIMAL_FORM = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,3}))?$/;

/** Reads a decimal such as `"0.0000000416666666666667"`, `"-1"` or `"1e-7"`. Throws a RangeError on anything else. */
export function parseDecimal(raw: string): Decimal {
  const match = DECIMAL_FORM.exec(raw);
  if (!match) throw new RangeError(`not a decimal number: ${JSON.stringify(raw.slice(0, 60))}`);
  const [, sign, whole = '', fraction = '', exponent = '0'] = match;
  const digits = BigInt(whole + fraction);
  const scale = fraction.length - Number(exponent);
  const coefficient = sign === '-' ? -digits : digits;
  return scale >= 0 ? { coefficient, scale, raw } : { coefficient: coefficient * 10n ** BigInt(-scale), scale: 0, raw };
}

export function isDecimal(raw: string): boolean {
  return DECIMAL_FORM.test(raw);
}

/** Negative, zero or positive as `a` is less than, equal to or more than `b`, whatever their digits. */
export function compareDecimals(a: Decimal, b: Decimal): number {
  const scale = Math.max(a.scale, b.scale);
  const difference = a.coefficient * 10n ** BigInt(scale - a.scale) - b.coefficient * 10n ** BigInt(scale - b.scale);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** The same number always gives the same text: no exponent, no trailing zeros. */
export function formatDecimal({ coefficient, scale }: Pick<Decimal, 'coefficient' | 'scale'>): string {
  const negative = coefficient < 0n;
  const digits = (negative ? -coefficient : coefficient).toString().padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale);
  const fraction = digits.slice(digits.length - scale).replace(/0+$/, '');
  return `${negative ? '-' : ''}${whole}${fraction && `.${fraction}`}`;
}

/** `price × count` in pico-dollars, rounded half-even once. `count` is a whole number of units. */
export function amountOf(price: Decimal, count: number | bigint): PicoUsd {
  const product = price.coefficient * BigInt(count);
  return price.scale <= PICO_DIGITS
    ? product * 10n ** BigInt(PICO_DIGITS - price.scale)
    : divideHalfEven(product, 10n ** BigInt(price.scale - PICO_DIGITS));
}

function divideHalfEven(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor;
  const rest = dividend % divisor;
  const twice = 2n * (rest < 0n ? -rest : rest);
  if (twice < divisor || (twice === divisor && quotient % 2n === 0n)) return quotient;
  return quotient + (dividend < 0n ? -1n : 1n);
}

/** The exact decimal string of an amount in USD, as it stands in events and in every `…_usd` field. */
export function formatUsd(amount: PicoUsd): string {
  return formatDecimal({ coefficient: amount, scale: PICO_DIGITS });
}

/** Reads an amount in USD of at most 12 decimals. Throws a RangeError when it is finer than a pico-dollar. */
export function parseUsd(text: string): PicoUsd {
  const { coefficient, scale } = parseDecimal(text);
  if (scale <= PICO_DIGITS) return coefficient * 10n ** BigInt(PICO_DIGITS - scale);
  const divisor = 10n ** BigInt(scale - PICO_DIGITS);
  if (coefficient % divisor !== 0n) throw new RangeError(`finer than a pico-dollar: ${text}`);
  return coefficient / divisor;
}

/** The nearest double in USD, for people; never calculate with it. */
export function usdNumber(amount: PicoUsd): number {
  return Number(formatUsd(amount));
}

/** A JSON number given by a caller (`max_cost: 0.01`), as the decimal that its shortest text says. */
export function usdFromNumber(value: number): Decimal {
  return parseDecimal(value.toString());
}
