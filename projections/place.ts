// Where the rows of a projection are: the live tables, or copies of them in a schema of their own, beside the live ones.
export type Place = {
  /** Undefined = where the connection looks first: the live tables. */
  readonly schema: string | undefined;
};

export const LIVE: Place = { schema: undefined };

export function nameAt({ schema }: Place, table: string): string {
  return schema === undefined ? table : `${schema}.${table}`;
}
