// The span of time that a view looks at, as it stands in the address: a preset that moves with the clock, or two days. Pure.

export const PRESETS = {
  '24h': { label: '24 hours', ms: 86_400_000 },
  '7d': { label: '7 days', ms: 7 * 86_400_000 },
  '30d': { label: '30 days', ms: 30 * 86_400_000 },
  '90d': { label: '90 days', ms: 90 * 86_400_000 },
} as const;

export type Preset = keyof typeof PRESETS;
export const DEFAULT_PRESET: Preset = '7d';

/** `from` and `to` are days or instants, ISO; they win over the preset. */
export type Span = { readonly range?: Preset; readonly from?: string; readonly to?: string };
export type Instants = { readonly from: string; readonly to: string };

const MINUTE_MS = 60_000;
const HOUR_BUCKETS_UNTIL_MS = 3 * 86_400_000;

export function readSpan(search: Record<string, unknown>): Span {
  const { range, from, to } = search;
  return {
    ...(isPreset(range) ? { range } : {}),
    ...(isInstant(from) ? { from } : {}),
    ...(isInstant(to) ? { to } : {}),
  };
}

/** Whole minutes, so that a view does not ask anew with every look at the clock. */
export function toInstants({ range = DEFAULT_PRESET, from, to }: Span, now: number): Instants {
  const end = to === undefined ? (Math.floor(now / MINUTE_MS) + 1) * MINUTE_MS : endOf(to);
  const start = from === undefined ? end - PRESETS[range].ms : startOf(from);
  return { from: new Date(start).toISOString(), to: new Date(end).toISOString() };
}

export function bucketOf({ from, to }: Instants): 'hour' | 'day' {
  return Date.parse(to) - Date.parse(from) <= HOUR_BUCKETS_UNTIL_MS ? 'hour' : 'day';
}

// A bare day is the viewer's day: its beginning, and as an end the end of it.
const startOf = (text: string): number => (isDay(text) ? new Date(`${text}T00:00:00`).getTime() : Date.parse(text));
const endOf = (text: string): number => {
  if (!isDay(text)) return Date.parse(text);
  const day = new Date(`${text}T00:00:00`);
  return new Date(day.getFullYear(), day.getMonth(), day.getDate() + 1).getTime();
};

const isDay = (text: string): boolean => /^\d{4}-\d{2}-\d{2}$/.test(text);
const isPreset = (value: unknown): value is Preset => typeof value === 'string' && value in PRESETS;
const isInstant = (value: unknown): value is string => typeof value === 'string' && !Number.isNaN(Date.parse(value));
