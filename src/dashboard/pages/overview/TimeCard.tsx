// The span as a chart over time: what is measured, and by what it is split. A bucket leads to its requests.
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { Suspense } from 'react';
import { type Stats, statsQuery } from '../../api/stats.ts';
import { endOfBucket } from '../../charts/buckets.ts';
import { TimeBars, TimeLines } from '../../charts/lazyCharts.ts';
import { formatShortCount, formatUsd } from '../../format/figures.ts';
import type { Instants } from '../../format/span.ts';
import { formatDuration, viewerZone } from '../../format/times.ts';
import { Answer } from '../../parts/Answer.tsx';
import { Card } from '../../parts/Card.tsx';
import { Choice } from '../../parts/Choice.tsx';
import { Legend } from '../../parts/Legend.tsx';
import { Loading } from '../../parts/Loading.tsx';
import { GROUPINGS, MEASURES, type Measure } from './search.ts';
import { toChart } from './toChart.ts';

const route = getRouteApi('/inside/');

const FORMATS: Readonly<Record<Measure, (value: number) => string>> = {
  spend: formatUsd,
  requests: formatShortCount,
  latency: formatDuration,
  overhead: formatDuration,
};

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

function StatsChart({ stats, measure }: { readonly stats: Stats; readonly measure: Measure }) {
  const navigate = useNavigate();
  const { kind, series, buckets } = toChart(stats, measure);
  const bucket = stats.bucket === 'hour' ? 'hour' : 'day';
  const Chart = kind === 'bars' ? TimeBars : TimeLines;
  return (
    <div className="stack">
      <Suspense fallback={<Loading />}>
        <Chart
          label={`${measure} by ${bucket}`}
          bucket={bucket}
          buckets={buckets}
          series={series}
          format={FORMATS[measure]}
          onPick={(at) => void navigate({ to: '/requests', search: { from: at, to: endOfBucket(at, bucket) } })}
        />
      </Suspense>
      <div className="row row-center spread">
        <Legend series={series} />
        <span className="soft small">
          {bucket === 'day' ? 'Days in UTC.' : `Hours in ${viewerZone()}.`} Choose a column to see its requests.
        </span>
      </div>
    </div>
  );
}
