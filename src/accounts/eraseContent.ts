// Taking away what people wrote and were answered. Bodies are kept in two tables only, apart from the log: events name a body by
// its digest, so they stay valid without it.
import type { Queryable } from '../platform/postgres.ts';

const TABLES = ['kept_answers', 'captured_content'] as const;

export type Erasure =
  | { readonly requestId: string }
  /** All keys of the users with that address, whatever their org. */
  | { readonly email: string }
  | { readonly before: Date };

/** Returns how many bodies were taken away. */
export async function eraseContent(postgres: Queryable, what: Erasure): Promise<number> {
  const [condition, value] = conditionOf(what);
  let count = 0;
  for (const table of TABLES)
    count += (await postgres.query(`delete from ${table} where ${condition}`, [value])).rowCount;
  return count;
}

function conditionOf(what: Erasure): readonly [string, unknown] {
  if ('requestId' in what) return ['request_id = $1', what.requestId];
  if ('before' in what) return ['created_at < $1', what.before];
  return [
    `holder_id in (select k.line_id from api_keys k join users u on u.id = k.user_id where lower(u.email) = lower($1))`,
    what.email,
  ];
}
