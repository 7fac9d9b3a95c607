// Lists in pages, by creation time and id: a cursor names the last row that was shown.
import { z } from 'zod';
import { RouterError } from '../domain/errors.ts';

export type PageWish = { readonly limit: number; readonly cursor?: string | undefined };
export type Page<Row> = { readonly data: readonly Row[]; readonly next_cursor: string | null };
type Place = { readonly created_at: Date; readonly id: string };

const Cursor = z.tuple([z.iso.datetime(), z.uuid()]);

/** What comes after the cursor, as the two values that `(created_at, id) > ($1, $2)` compares with. */
export function placeOf(cursor: string | undefined): readonly [string, string] {
  if (cursor === undefined) return ['1970-01-01T00:00:00.000Z', '00000000-0000-0000-0000-000000000000'];
  const parts = Cursor.safeParse(Buffer.from(cursor, 'base64url').toString().split('|'));
  if (parts.success) return parts.data;
  throw new RouterError('validation_error', 'cursor: take it from next_cursor of the page before, unchanged.', {
    param: 'cursor',
    shouldRetry: false,
  });
}

/** A page of `limit` rows out of the `limit + 1` that were asked for. */
export function toPage<Row extends Place>(rows: readonly Row[], limit: number): Page<Row> {
  const data = rows.slice(0, limit);
  const last = data.at(-1);
  const more = rows.length > limit && last;
  return {
    data,
    next_cursor: more ? Buffer.from(`${last.created_at.toISOString()}|${last.id}`).toString('base64url') : null,
  };
}
