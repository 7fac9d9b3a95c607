// What of the page of keys stands in its address.

export type KeysSearch = { readonly org?: string };

export function readKeysSearch({ org }: Record<string, unknown>): KeysSearch {
  return typeof org === 'string' && org !== '' ? { org } : {};
}
