// Pages of a list: `?limit=&cursor=` in, `next_cursor` out. A cursor is the place of the last row, opaque to callers. Pure.
import { z } from 'zod';
import { RouterError } from '../domain/errors.ts';

const MOST_ROWS = 200;

/** For a route's query schema. */
export const PageQuery = {
  limit: z.coerce.number().int().min(1).max(MOST_ROWS).default(50).meta({ description: 'Rows a page' }),
  cursor: z.string().max(500).optional().meta({ description: '`next_cursor` of the page before' }),
};

/** A place in a list that is ordered by time and id. */
export type Place = { readonly at: Date; readonly id: string };
const PlaceForm = z.tuple([z.iso.datetime(), z.string().max(200)]);

/** @throws RouterError `validation_error` for a cursor that no list gave */
export function parseCursor(cursor: string | undefined): Place | undefined {
  if (cursor === undefined) return undefined;
  try {
    const [at, id] = PlaceForm.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
    return { at: new Date(at), id };
  } catch (error) {
    throw new RouterError(
      'validation_error',
      'cursor: not one that this list gave; leave it out to begin at the newest.',
      { param: 'cursor', shouldRetry: false },
      { cause: error },
    );
  }
}

/** A list's answer from the rows that were read, one more than the limit where there are more. */
export function toPage<Row, Entry>(
  rows: readonly Row[],
  limit: number,
  placeOf: (row: Row) => Place,
  toEntry: (row: Row) => Entry,
): { data: Entry[]; next_cursor: string | null } {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return { data: shown.map(toEntry), next_cursor: rows.length > limit && last ? toCursor(placeOf(last)) : null };
}

function toCursor({ at, id }: Place): string {
  return Buffer.from(JSON.stringify([at.toISOString(), id])).toString('base64url');
}
