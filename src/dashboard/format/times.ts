// Times and durations in words, in the viewer's zone and manner. Pure but for the zone.

const SHORT: Intl.DateTimeFormatOptions = {
  year: 'numeric',
  month: 'short',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
};

export function viewerZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

export function formatTime(at: string | number, timeZone?: string): string {
  return new Intl.DateTimeFormat('en-GB', { ...SHORT, ...(timeZone ? { timeZone } : {}) }).format(new Date(at));
}

/** Without the year, which the list's span tells. */
export function formatShortTime(at: string | number, timeZone?: string): string {
  const { year: _year, ...parts } = SHORT;
  return new Intl.DateTimeFormat('en-GB', { ...parts, ...(timeZone ? { timeZone } : {}) }).format(new Date(at));
}

export function formatDay(at: string | number, timeZone?: string): string {
  return new Intl.DateTimeFormat('en-GB', { month: 'short', day: 'numeric', ...(timeZone ? { timeZone } : {}) }).format(
    new Date(at),
  );
}

export function formatHour(at: string | number, timeZone?: string): string {
  return new Intl.DateTimeFormat('en-GB', {
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    ...(timeZone ? { timeZone } : {}),
  }).format(new Date(at));
}

/** `840 µs`, `12 ms`, `1.24 s`, `3 min 20 s` */
export function formatDuration(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) return '–';
  if (ms === 0) return '0 ms';
  if (ms > 0 && ms < 1) return `${Math.round(ms * 1000)} µs`;
  if (ms < 10) return `${ms.toFixed(1)} ms`;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
}
