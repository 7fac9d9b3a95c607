// What changed of models, field by field, newest first.
import type { Queryable } from '../platform/postgres.ts';

export type ModelChange = {
  readonly id: string;
  /** Model id, `<provider>/<model_name>`. */
  readonly model: string;
  readonly field: string;
  readonly old_value: string | null;
  readonly new_value: string | null;
  readonly source: string;
  readonly changed_by: string;
  readonly changed_at: Date;
};

export async function listModelChanges(
  postgres: Queryable,
  filter: { readonly model?: string | undefined },
  page: { readonly limit: number; readonly after?: { readonly at: Date; readonly id: string } | undefined },
): Promise<readonly ModelChange[]> {
  const { rows } = await postgres.query<ModelChange>(
    `select c.id, m.provider || '/' || m.model_name as model, c.field_name as field, c.old_value, c.new_value, c.source,
       c.changed_by, c.changed_at
     from model_changes c join models m on m.id = c.model_id
     where ($1::text is null or m.provider || '/' || m.model_name = $1)
       and ($2::timestamptz is null or (c.changed_at, c.id) < ($2, $3::uuid))
     order by c.changed_at desc, c.id desc limit $4`,
    [filter.model ?? null, page.after?.at ?? null, page.after?.id ?? null, page.limit],
  );
  return rows;
}
