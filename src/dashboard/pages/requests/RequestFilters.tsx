// Narrows the list by a text, model, task type and outcome.
import { Button, NativeSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { modelsQuery } from '../../api/models.ts';
import { toWords } from '../../format/figures.ts';
import { RequestSearchBox } from './RequestSearchBox.tsx';
import { CHOICES, readRequestsSearch } from './search.ts';

const route = getRouteApi('/inside/requests');
type Name = 'model' | 'task_type' | 'outcome';

export function RequestFilters() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { data: catalog } = useQuery(modelsQuery);
  const set = (name: Name, value: string) =>
    void navigate({ search: (old) => readRequestsSearch({ ...old, [name]: value === '' ? undefined : value }) });
  const models = [
    ...new Set([...(catalog?.data.map(({ id }) => id) ?? []), ...(search.model ? [search.model] : [])]),
  ].sort();
  const filtered = search.model ?? search.task_type ?? search.outcome ?? search.q;
  return (
    <div className="row filters">
      <RequestSearchBox
        key={search.q}
        text={search.q ?? ''}
        onSearch={(text) => void navigate({ search: (old) => readRequestsSearch({ ...old, q: text }) })}
      />
      <Filter label="Model" value={search.model} values={models} onChange={(value) => set('model', value)} />
      <Filter
        label="Task type"
        value={search.task_type}
        values={CHOICES.task_type}
        onChange={(value) => set('task_type', value)}
      />
      <Filter
        label="Outcome"
        value={search.outcome}
        values={CHOICES.outcome}
        onChange={(value) => set('outcome', value)}
      />
      {filtered !== undefined && (
        <Button
          size="xs"
          variant="subtle"
          onClick={() => void navigate({ search: ({ model: _m, task_type: _t, outcome: _o, q: _q, ...span }) => span })}
        >
          Clear
        </Button>
      )}
    </div>
  );
}

type FilterProps = {
  readonly label: string;
  readonly value: string | undefined;
  readonly values: readonly string[];
  readonly onChange: (value: string) => void;
};

function Filter({ label, value = '', values, onChange }: FilterProps) {
  return (
    <NativeSelect
      size="xs"
      label={label}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      data={[
        { value: '', label: 'any' },
        ...values.map((one) => ({ value: one, label: one.includes('/') ? one : toWords(one) })),
      ]}
    />
  );
}
