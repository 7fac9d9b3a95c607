// What is different between two answers of OpenRouter's list, worked out from the files alone. It shares no code with the readers and rules
// of the sync, so that it can be held against their report row by row.

type Json = Readonly<Record<string, unknown>>;
export type FileDifference = { readonly id: string; readonly field: string };

/** One entry for each model that came or went, and for each field of one that stayed. */
export function diffSnapshots(before: unknown, after: unknown): FileDifference[] {
  const [old, fresh] = [indexOf(before), indexOf(after)];
  const differences: FileDifference[] = [];
  for (const id of old.keys()) if (!fresh.has(id)) differences.push({ id, field: 'removed' });
  for (const [id, row] of fresh) {
    const known = old.get(id);
    if (!known) differences.push({ id, field: 'added' });
    else for (const field of differingFields(known, row)) differences.push({ id, field });
  }
  return differences;
}

function indexOf(body: unknown): Map<string, Json> {
  const { data } = body as { data: Json[] };
  return new Map(data.map((row) => [String(row['id']), flatten(row)]));
}

/** Prices, the top provider and the architecture field by field; null is the same as absent. */
function flatten(row: Json): Json {
  const flat: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(row)) {
    if (key === 'id' || value === null || value === undefined) continue;
    if (key !== 'pricing' && key !== 'top_provider' && key !== 'architecture') flat[key] = value;
    else for (const [inner, item] of Object.entries(value as Json)) if (item !== null) flat[`${key}.${inner}`] = item;
  }
  return flat;
}

function differingFields(a: Json, b: Json): string[] {
  const fields = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...fields].filter((field) => !isEqual(a[field], b[field]));
}

function isEqual(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) {
    if (a.length !== b.length) return false;
    const isWords = [...a, ...b].every((item) => typeof item === 'string');
    // Lists of words have no order here; lists of anything else do.
    const [x, y] = isWords ? [sorted(a), sorted(b)] : [a, b];
    return x.every((item, place) => isEqual(item, y[place]));
  }
  if (isObject(a) && isObject(b)) {
    const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
    return [...keys].every((key) => isEqual(a[key] ?? undefined, b[key] ?? undefined));
  }
  return plain(a) === plain(b);
}

function sorted(words: readonly unknown[]): string[] {
  return words.map((word) => String(plain(word))).toSorted();
}

function isObject(value: unknown): value is Json {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

/** "0.50" and "0.5" are one number. */
function plain(value: unknown): unknown {
  if (typeof value !== 'string' || !/^-?\d+(\.\d+)?$/.test(value)) return value;
  const trimmed = value.includes('.') ? value.replace(/0+$/, '').replace(/\.$/, '') : value;
  return trimmed.replace(/^(-?)0+(?=\d)/, '$1');
}
