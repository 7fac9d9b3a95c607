// The browser's clock: the only place of the page where the time comes from.

export function nowMs(): number {
  return Date.now();
}
