// The chart of the span, its legend, and the same as a table for those who do not point at charts.
import { useNavigate } from '@tanstack/react-router';
import { Suspense } from 'react';
import type { Stats } from '../../api/stats.ts';
import { endOfBucket } from '../../charts/buckets.ts';
import { TimeBars, TimeLines } from '../../charts/lazyCharts.ts';
import { formatShortCount, formatUsd, formatUsdTick } from '../../format/figures.ts';
import { formatDuration, viewerZone } from '../../format/times.ts';
import { Legend } from '../../parts/Legend.tsx';
import { Loading } from '../../parts/Loading.tsx';
import { TimeTable } from './TimeTable.tsx';
import type { Measure } from './search.ts';
import { toChart } from './toChart.ts';

type Formats = { readonly format: (value: number) => string; readonly formatAxis?: (value: number) => string };

const FORMATS: Readonly<Record<Measure, Formats>> = {
  spend: { format: formatUsd, formatAxis: formatUsdTick },
  requests: { format: formatShortCount },
  latency: { format: formatDuration },
  overhead: { format: formatDuration },
};

export function StatsChart({ stats, measure }: { readonly stats: Stats; readonly measure: Measure }) {
  const navigate = useNavigate();
  const { kind, series, buckets } = toChart(stats, measure);
  const bucket = stats.bucket === 'hour' ? 'hour' : 'day';
  const Chart = kind === 'bars' ? TimeBars : TimeLines;
  return (
    <div className="stack">
      <Suspense fallback={<Loading />}>
        <Chart
          label={`${measure} by ${bucket === 'day' ? 'day (UTC)' : 'hour'}`}
          bucket={bucket}
          buckets={buckets}
          series={series}
          {...FORMATS[measure]}
          onPick={(at) => void navigate({ to: '/requests', search: { from: at, to: endOfBucket(at, bucket) } })}
        />
      </Suspense>
      <div className="row row-center spread">
        <Legend series={series} />
        <span className="soft small">
          {bucket === 'day' ? 'Days in UTC.' : `Hours in ${viewerZone()}.`} Choose a column to see its requests.
        </span>
      </div>
      <TimeTable bucket={bucket} buckets={buckets} series={series} format={FORMATS[measure].format} />
    </div>
  );
}
