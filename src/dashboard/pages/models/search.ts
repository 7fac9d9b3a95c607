// What of the catalog's view stands in its address.

export type ModelsSearch = {
  readonly q?: string;
  readonly provider?: string;
  readonly status?: string;
  /** An instant: the catalog as it was believed then. */
  readonly as_of?: string;
};

export function readModelsSearch(search: Record<string, unknown>): ModelsSearch {
  const text = (name: string) => (typeof search[name] === 'string' && search[name] !== '' ? search[name] : undefined);
  const [q, provider, status, asOf] = [text('q'), text('provider'), text('status'), readAsOf(search)];
  return { ...(q && { q }), ...(provider && { provider }), ...(status && { status }), ...asOf };
}

export function readAsOf(search: Record<string, unknown>): { readonly as_of?: string } {
  const { as_of: asOf } = search;
  return typeof asOf === 'string' && !Number.isNaN(Date.parse(asOf)) ? { as_of: new Date(asOf).toISOString() } : {};
}
