// What every feed is read into: rows in the catalog's own form, each with all its fields as text for the comparison of readings.
import { canonicalJson } from '../../src/domain/canonicalJson.ts';
import type { ModelDetails, Rating } from '../../src/domain/catalog.ts';
import { formatDecimal, isDecimal, parseDecimal } from '../../src/domain/money.ts';
import type { Prices } from '../../src/domain/prices.ts';

/** `alias`: points at another model. `router`: has no price of its own. `batch`: an asynchronous price line. */
export type FeedKind = 'model' | 'alias' | 'router' | 'batch' | 'not_chat';

export type FeedModel = {
  /** The feed's own id. */
  readonly id: string;
  readonly kind: FeedKind;
  /** Says of itself that it costs nothing. */
  readonly free: boolean;
  readonly prices: Prices | undefined;
  /** A line that is not in `prices` is not known to this feed, rather than not charged. */
  readonly arePricesPartial?: boolean;
  readonly details: Partial<ModelDetails>;
  /** ISO date from which the feed says it is gone. */
  readonly expiresOn?: string | undefined;
  readonly rating?: Rating | undefined;
  /** Path in the feed's row → canonical text; what is null or absent is not in it. */
  readonly fields: ReadonlyMap<string, string>;
};

export type Malformed = { readonly id: string; readonly problem: string };

export type FeedReading = {
  readonly source: string;
  /** ISO time at which it was fetched. */
  readonly at: string;
  readonly models: ReadonlyMap<string, FeedModel>;
  /** Rows that could not be read: neither seen nor missed. */
  readonly malformed: readonly Malformed[];
  /** All rows, readable or not. */
  readonly count: number;
};

/** A feed's answer that must not be used: nothing of it reaches the catalog. `permanent`: asking again will not help. */
export class FeedRefused extends Error {
  override readonly name = 'FeedRefused';
  readonly source: string;
  readonly permanent: boolean;
  /** Ms epoch before which the feed must not be asked again. */
  readonly retryAt: number | undefined;
  /** The feed itself asked to wait. */
  readonly asksToWait: boolean;

  constructor(
    source: string,
    message: string,
    options: ErrorOptions & { permanent?: boolean; retryAt?: number | undefined; asksToWait?: boolean } = {},
  ) {
    super(`${source}: ${message}`, options);
    this.source = source;
    this.permanent = options.permanent ?? false;
    this.retryAt = options.retryAt;
    this.asksToWait = options.asksToWait ?? false;
  }
}

/** Text that is equal for equal values: decimals without trailing zeros, arrays of words in any order. */
export function fieldText(value: unknown): string {
  return canonicalJson(normal(value));
}

function normal(value: unknown): unknown {
  if (typeof value === 'string') return isDecimal(value) ? formatDecimal(parseDecimal(value)) : value;
  if (Array.isArray(value)) {
    const items = value.map(normal);
    return items.every((item) => typeof item === 'string') ? items.toSorted() : items;
  }
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== null && item !== undefined)
      .map(([key, item]) => [key, normal(item)]),
  );
}

/** Every field of a row; the objects named in `nested` give one field for each of their keys. */
export function fieldsOf(row: Readonly<Record<string, unknown>>, nested: readonly string[]): Map<string, string> {
  const fields = new Map<string, string>();
  const add = (path: string, value: unknown): void => {
    if (value !== null && value !== undefined) fields.set(path, fieldText(value));
  };
  for (const [key, value] of Object.entries(row)) {
    if (key === 'id') continue;
    if (nested.includes(key) && value !== null && typeof value === 'object' && !Array.isArray(value)) {
      for (const [inner, item] of Object.entries(value)) add(`${key}.${inner}`, item);
    } else add(key, value);
  }
  return fields;
}

/** Ids that stand twice with different rows are nobody's: both are left out and told. */
export function collectRows(rows: readonly FeedModel[], malformed: readonly Malformed[]) {
  const models = new Map<string, FeedModel>();
  const conflicting = new Set<string>();
  for (const row of rows) {
    const first = models.get(row.id);
    if (first && fieldText(Object.fromEntries(first.fields)) !== fieldText(Object.fromEntries(row.fields)))
      conflicting.add(row.id);
    models.set(row.id, first ?? row);
  }
  for (const id of conflicting) models.delete(id);
  return {
    models,
    malformed: [...malformed, ...[...conflicting].map((id) => ({ id, problem: 'two different rows of this id' }))],
  };
}
