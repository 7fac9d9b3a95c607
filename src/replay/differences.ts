// Where two JSON values differ, by path. Pure.

export type Difference = { readonly path: string; readonly recorded: unknown; readonly recomputed: unknown };

const MOST = 50;

/** At most fifty: who has that many needs no more. An absent member equals undefined. */
export function findDifferences(recorded: unknown, recomputed: unknown, path = ''): Difference[] {
  if (Object.is(recorded, recomputed)) return [];
  if (!isComposite(recorded) || !isComposite(recomputed) || Array.isArray(recorded) !== Array.isArray(recomputed))
    return [{ path, recorded: recorded ?? null, recomputed: recomputed ?? null }];
  const found: Difference[] = [];
  for (const key of new Set([...Object.keys(recorded), ...Object.keys(recomputed)])) {
    const inner = Array.isArray(recorded) ? `${path}[${key}]` : path ? `${path}.${key}` : key;
    found.push(...findDifferences(recorded[key], recomputed[key], inner));
    if (found.length >= MOST) return found.slice(0, MOST);
  }
  return found;
}

function isComposite(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
