// One model: what is believed of it, now or at a time, how that came about, and how it did for us.
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link, getRouteApi } from '@tanstack/react-router';
import { type Model, catalogQuery, changesQuery } from '../../api/models.ts';
import { useMay } from '../../api/session.ts';
import { Answer } from '../../parts/Answer.tsx';
import { AsOfPicker } from '../../parts/AsOfPicker.tsx';
import { EmptyNote } from '../../parts/EmptyNote.tsx';
import { HeldCard } from '../../parts/HeldCard.tsx';
import { PageHead } from '../../parts/PageHead.tsx';
import { RatingSource } from '../../parts/RatingSource.tsx';
import { ChangesCard } from './ChangesCard.tsx';
import { FactsCard } from './FactsCard.tsx';
import { HealthCard } from './HealthCard.tsx';
import { HistoryCards } from './HistoryCards.tsx';
import { ModelFigures } from './ModelFigures.tsx';
import { PerformanceCard } from './PerformanceCard.tsx';

const route = getRouteApi('/inside/models/$');

export function ModelPage() {
  const { _splat: id = '' } = route.useParams();
  const { as_of: asOf } = route.useSearch();
  const navigate = route.useNavigate();
  const query = useQuery(catalogQuery(asOf));
  const model = query.data?.data.find((one) => one.id === id);
  return (
    <>
      <PageHead title={model?.name ?? id} about={<code>{id}</code>}>
        <Link to="/requests" search={{ model: id }} className="head-link">
          Its requests
        </Link>
        <AsOfPicker
          asOf={asOf}
          onChange={(picked) => void navigate({ search: picked === undefined ? {} : { as_of: picked } })}
        />
      </PageHead>
      <Answer query={query}>{() => (model ? <ModelBody model={model} /> : <NoModel id={id} asOf={asOf} />)}</Answer>
    </>
  );
}

function ModelBody({ model }: { readonly model: Model }) {
  const isAdmin = useMay('admin');
  const changes = useInfiniteQuery(changesQuery(model.id));
  const known = changes.data?.pages.flatMap(({ data }) => data);
  return (
    <>
      <ModelFigures model={model} />
      {isAdmin && <HeldCard model={model.id} />}
      {known && <HistoryCards model={model} changes={known} />}
      {model.breaker && <HealthCard breaker={model.breaker} health={model.health} />}
      <PerformanceCard id={model.id} />
      <FactsCard model={model} />
      <ChangesCard query={changes} />
      <RatingSource models={[model]} />
    </>
  );
}

function NoModel({ id, asOf }: { readonly id: string; readonly asOf: string | undefined }) {
  return (
    <EmptyNote>
      <strong>{asOf === undefined ? `There is no model ${id}.` : `At that moment there was no model ${id}.`}</strong>
      <Link to="/models">All models</Link>
    </EmptyNote>
  );
}
