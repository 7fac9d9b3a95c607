// Narrows the catalog by words, provider and status.
import { NativeSelect, TextInput } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import type { Model } from '../../api/models.ts';
import { readModelsSearch } from './search.ts';

const route = getRouteApi('/inside/models/');
const STATUSES = ['active', 'deprecated', 'retired', 'disabled'];

export function ModelFilters({ models }: { readonly models: readonly Model[] }) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const set = (name: 'q' | 'provider' | 'status', value: string) =>
    void navigate({ search: (old) => readModelsSearch({ ...old, [name]: value }), replace: true });
  const providers = [
    ...new Set([...models.map(({ provider }) => provider as string), ...(search.provider ? [search.provider] : [])]),
  ];
  return (
    <div className="row filters">
      <TextInput
        size="xs"
        type="search"
        label="Search"
        placeholder="name or strength"
        value={search.q ?? ''}
        onChange={(event) => set('q', event.currentTarget.value)}
      />
      <NativeSelect
        size="xs"
        label="Provider"
        data={options(providers)}
        value={search.provider ?? ''}
        onChange={(event) => set('provider', event.currentTarget.value)}
      />
      <NativeSelect
        size="xs"
        label="Status"
        data={options(STATUSES)}
        value={search.status ?? ''}
        onChange={(event) => set('status', event.currentTarget.value)}
      />
    </div>
  );
}

function options(values: readonly string[]) {
  return [{ value: '', label: 'any' }, ...values];
}
