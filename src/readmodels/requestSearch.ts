// A text that somebody looks for, as what requests are known by: found first in what is small, so that the large table is asked by
// exact values only. Never the content of a request, which the read models do not have.
import { ERROR_CATALOGUE } from '../domain/errors.ts';
import type { Queryable } from '../platform/postgres.ts';

export type RequestSearch = {
  /** First and last id that begin with the text; undefined when no id does. */
  readonly ids: readonly [first: string, last: string] | undefined;
  readonly models: readonly string[];
  readonly errorCodes: readonly string[];
  /** Requests with an opinion whose label has the text in it: the newest only. */
  readonly labelled: readonly string[];
};

const LABELLED_MOST = 1_000;
/** Fewer digits are more likely a part of a word. */
const FEWEST_DIGITS = 4;

export async function resolveSearch(postgres: Queryable, orgId: string, text: string): Promise<RequestSearch> {
  const sought = text.trim().toLowerCase();
  const { rows: models } = await postgres.query<{ model: string }>(
    `select distinct model from usage_daily where org_id = $1 and position($2 in lower(model)) > 0`,
    [orgId, sought],
  );
  const { rows: labelled } = await postgres.query<{ id: string }>(
    `select request_id as id from feedback
     where org_id = $1 and label is not null and position($2 in lower(label)) > 0 order by given_at desc limit $3`,
    [orgId, sought, LABELLED_MOST],
  );
  return {
    ids: idsFrom(sought),
    models: models.map(({ model }) => model),
    errorCodes: Object.keys(ERROR_CATALOGUE).filter((code) => code.includes(sought.replaceAll(' ', '_'))),
    labelled: labelled.map(({ id }) => id),
  };
}

/** `0190-` and `0190` are beginnings of ids, and so is a whole one. Pure. */
function idsFrom(text: string): RequestSearch['ids'] {
  const digits = text.replaceAll('-', '');
  if (!/^[0-9a-f-]+$/.test(text) || digits.length < FEWEST_DIGITS || digits.length > 32) return undefined;
  return [toId(digits.padEnd(32, '0')), toId(digits.padEnd(32, 'f'))];
}

function toId(digits: string): string {
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** What a request of alias `r` must fulfil; undefined when none can. `bind` gives the place of a value. Pure. */
export function searchCondition(search: RequestSearch, bind: (value: unknown) => string): string | undefined {
  const { ids, models, errorCodes, labelled } = search;
  const ways = [
    ...(ids ? [`r.id between ${bind(ids[0])}::uuid and ${bind(ids[1])}::uuid`] : []),
    ...(models.length > 0 ? [`r.provider || '/' || r.model_used = any(${bind(models)}::text[])`] : []),
    ...(errorCodes.length > 0 ? [`r.error_code = any(${bind(errorCodes)}::text[])`] : []),
    ...(labelled.length > 0 ? [`r.id = any(${bind(labelled)}::uuid[])`] : []),
  ];
  return ways.length === 0 ? undefined : `(${ways.join(' or ')})`;
}
