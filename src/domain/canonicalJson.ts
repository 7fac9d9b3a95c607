// One text for equal data: what is hashed in the log, and how two values are compared. Pure.

/**
 * JSON with sorted keys and without undefined: equal data always gives equal text.
 * @throws TypeError on what JSON cannot say (a bigint, NaN, a Date, a Map)
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError(`not a JSON number: ${value}`);
    return value === 0 ? '0' : String(value);
  }
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item ?? null)).join(',')}]`;
  if (typeof value !== 'object' || !isPlain(value)) throw new TypeError(`JSON has no ${describe(value)}`);
  let text = '';
  for (const key of Object.keys(value).sort()) {
    const item: unknown = value[key];
    if (item !== undefined) text += `${text && ','}${quote(key)}:${canonicalJson(item)}`;
  }
  return `{${text}}`;
}

/** Most names need no escape. */
function quote(name: string): string {
  return /^\w+$/.test(name) ? `"${name}"` : JSON.stringify(name);
}

function isPlain(value: object): value is Record<string, unknown> {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function describe(value: unknown): string {
  return typeof value === 'object' && value !== null ? value.constructor.name : typeof value;
}

/** Whether two values say the same in JSON: keys in any order, undefined like absent. */
export function saysTheSame(a: unknown, b: unknown): boolean {
  return canonicalJson(a ?? null) === canonicalJson(b ?? null);
}
