// The span as a chart over time: what is measured, and by what it is split.
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { statsQuery } from '../../api/stats.ts';
import type { Instants } from '../../format/span.ts';
import { Answer } from '../../parts/Answer.tsx';
import { Card } from '../../parts/Card.tsx';
import { Choice } from '../../parts/Choice.tsx';
import { StatsChart } from './StatsChart.tsx';
import { GROUPINGS, MEASURES } from './search.ts';

const route = getRouteApi('/inside/');

export function TimeCard({ instants }: { readonly instants: Instants }) {
  const { group = 'none', measure = 'spend' } = route.useSearch();
  const navigate = route.useNavigate();
  const query = useQuery(statsQuery(instants, group));
  return (
    <Card
      title="Over time"
      note={
        <span className="row row-center">
          <Choice
            label="Measure"
            choices={MEASURES}
            value={measure}
            onChange={(picked) => void navigate({ search: (old) => ({ ...old, measure: picked }) })}
          />
          <Choice
            label="Split"
            choices={GROUPINGS}
            value={group}
            onChange={(picked) => void navigate({ search: (old) => ({ ...old, group: picked }) })}
          />
        </span>
      }
    >
      <Answer query={query}>{(stats) => <StatsChart stats={stats} measure={measure} />}</Answer>
    </Card>
  );
}
