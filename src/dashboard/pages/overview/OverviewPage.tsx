// What was spent, what was saved and against what, how fast and how well, over a span of time.
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { statsQuery } from '../../api/stats.ts';
import { toInstants } from '../../format/span.ts';
import { Answer } from '../../parts/Answer.tsx';
import { PageHead } from '../../parts/PageHead.tsx';
import { SpanPicker } from '../../parts/SpanPicker.tsx';
import { useNow } from '../../useNow.ts';
import { BaselineNote } from './BaselineNote.tsx';
import { Breakdowns } from './Breakdowns.tsx';
import { LiveStrip } from './LiveStrip.tsx';
import { NoRequests } from './NoRequests.tsx';
import { StatFigures } from './StatFigures.tsx';
import { TimeCard } from './TimeCard.tsx';

const route = getRouteApi('/inside/');

export function OverviewPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { group, measure } = search;
  const instants = toInstants(search, useNow());
  const query = useQuery(statsQuery(instants, 'none'));
  return (
    <>
      <PageHead title="Overview">
        <SpanPicker
          span={search}
          onChange={(span) =>
            void navigate({ search: { ...span, ...(group && { group }), ...(measure && { measure }) } })
          }
        />
      </PageHead>
      <LiveStrip />
      <Answer query={query} isEmpty={({ totals }) => totals.requests === 0} empty={<NoRequests />}>
        {(stats) => (
          <>
            <StatFigures stats={stats} />
            <BaselineNote models={stats.baseline_models} />
            <TimeCard instants={instants} />
            <Breakdowns instants={instants} span={search} />
          </>
        )}
      </Answer>
    </>
  );
}
