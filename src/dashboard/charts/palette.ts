// The colours of series, by name of what styles/colours.css defines.

const SERIES = ['var(--series-1)', 'var(--series-2)', 'var(--series-3)', 'var(--series-4)', 'var(--series-5)'];
export const REST_COLOUR = 'var(--series-rest)';
export const MOST_SERIES = SERIES.length;

export function colourOf(index: number): string {
  return SERIES[index] ?? REST_COLOUR;
}
