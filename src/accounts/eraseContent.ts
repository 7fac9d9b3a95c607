// Taking away what people wrote and were answered. Bodies are kept in one table only, apart from the log: events name a body by its
// digest, so they stay valid without it.
import type { Queryable } from '../platform/postgres.ts';

export type Erasure =
  | { readonly requestId: string }
  /** All keys of the users with that address, whatever their org. */
  | { readonly email: string }
  | { readonly before: Date };

/** Returns how many bodies were taken away. */
export async function eraseContent(postgres: Queryable, what: Erasure): Promise<number> {
  if ('requestId' in what) {
    return (await postgres.query('delete from kept_answers where request_id = $1', [what.requestId])).rowCount;
  }
  if ('before' in what) {
    return (await postgres.query('delete from kept_answers where created_at < $1', [what.before])).rowCount;
  }
  const { rowCount } = await postgres.query(
    `delete from kept_answers where holder_id in (
       select k.line_id from api_keys k join users u on u.id = k.user_id where lower(u.email) = lower($1))`,
    [what.email],
  );
  return rowCount;
}
