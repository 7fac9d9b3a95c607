// The catalog: what each model costs, how good and how fast it is held to be, and whether it may be chosen; now or at a time.
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { type ModelList, catalogQuery } from '../../api/models.ts';
import { todayQuery } from './today.ts';
import { useMay } from '../../api/session.ts';
import { Answer } from '../../parts/Answer.tsx';
import { AsOfPicker } from '../../parts/AsOfPicker.tsx';
import { Card } from '../../parts/Card.tsx';
import { EmptyNote } from '../../parts/EmptyNote.tsx';
import { HeldCard } from '../../parts/HeldCard.tsx';
import { PageHead } from '../../parts/PageHead.tsx';
import { RatingSource } from '../../parts/RatingSource.tsx';
import { ModelFilters } from './ModelFilters.tsx';
import { ModelsTable } from './ModelsTable.tsx';

const route = getRouteApi('/inside/models/');

export function ModelsPage() {
  const { as_of: asOf } = route.useSearch();
  const navigate = route.useNavigate();
  const query = useQuery(catalogQuery(asOf));
  const isAdmin = useMay('admin');
  return (
    <>
      <PageHead title="Models" about="What the router believes of each model, now or at any moment before.">
        <AsOfPicker
          asOf={asOf}
          onChange={(picked) =>
            void navigate({ search: ({ as_of: _old, ...rest }) => ({ ...rest, ...(picked && { as_of: picked }) }) })
          }
        />
      </PageHead>
      {isAdmin && <HeldCard />}
      <ModelFilters models={query.data?.data ?? []} />
      <Card
        title="Catalog"
        note={query.data && `version ${query.data.catalog_version}, ${query.data.total_count} models`}
      >
        <Answer query={query} isEmpty={({ data }) => data.length === 0} empty="At that moment the catalog was empty.">
          {(catalog) => <FilteredModels catalog={catalog} />}
        </Answer>
      </Card>
    </>
  );
}

function FilteredModels({ catalog: { data } }: { readonly catalog: ModelList }) {
  const { q = '', provider, status } = route.useSearch();
  const { data: today } = useQuery(todayQuery());
  const words = q.toLowerCase().split(/\s+/).filter(Boolean);
  const shown = data.filter(
    (model) =>
      (provider === undefined || model.provider === provider) &&
      (status === undefined || model.status === status) &&
      words.every((word) => `${model.id} ${model.name} ${model.strengths.join(' ')}`.toLowerCase().includes(word)),
  );
  return (
    <>
      {shown.length === 0 ? (
        <EmptyNote>No model fits these filters.</EmptyNote>
      ) : (
        <ModelsTable models={shown} today={today} />
      )}
      <RatingSource models={data} />
    </>
  );
}
