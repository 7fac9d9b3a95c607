// How the model answered the org's own requests in the last 24 hours, hour by hour.
import { useQuery } from '@tanstack/react-query';
import { Suspense } from 'react';
import { type Performance, performanceQuery } from '../../api/models.ts';
import { fillBuckets } from '../../charts/buckets.ts';
import { TimeLines } from '../../charts/lazyCharts.ts';
import { colourOf } from '../../charts/palette.ts';
import { UNKNOWN, formatCount, formatShare, toWords } from '../../format/figures.ts';
import { formatDuration } from '../../format/times.ts';
import { Answer } from '../../parts/Answer.tsx';
import { Card } from '../../parts/Card.tsx';
import { Facts } from '../../parts/Facts.tsx';
import { Legend } from '../../parts/Legend.tsx';
import { Loading } from '../../parts/Loading.tsx';

const SERIES = [
  { key: 'p50', label: 'Latency p50', colour: colourOf(0) },
  { key: 'p95', label: 'p95', colour: colourOf(1) },
];

export function PerformanceCard({ id }: { readonly id: string }) {
  const query = useQuery(performanceQuery(id));
  return (
    <Card title="How it did for you" note="last 24 hours">
      <Answer
        query={query}
        isEmpty={({ totals }) => totals.attempts === 0}
        empty="None of your requests went to it in the last 24 hours."
      >
        {(performance) => <PerformanceBody performance={performance} />}
      </Answer>
    </Card>
  );
}

function PerformanceBody({ performance }: { readonly performance: Performance }) {
  const { totals, hours } = performance;
  const failures = Object.entries(totals.failures).map(([kind, count]) => `${toWords(kind)} ${formatCount(count)}`);
  const buckets = hours.map(({ hour, latency_p50_ms: p50, latency_p95_ms: p95 }) => ({
    at: hour,
    values: { p50, p95 },
  }));
  return (
    <div className="columns">
      <Facts
        facts={[
          ['Calls', `${formatCount(totals.attempts)}, ${formatShare(totals.succeeded / totals.attempts)} answered`],
          ['Failures', failures.join(', ') || 'none'],
          ['Latency', `p50 ${formatDuration(totals.latency_p50_ms)}, p95 ${formatDuration(totals.latency_p95_ms)}`],
          [
            'First token',
            `p50 ${formatDuration(totals.first_token_p50_ms)}, p95 ${formatDuration(totals.first_token_p95_ms)}`,
          ],
          ['Speed', totals.tokens_per_second === null ? UNKNOWN : `${formatCount(totals.tokens_per_second)} tok/s`],
        ]}
      />
      <div className="stack">
        <Suspense fallback={<Loading />}>
          <TimeLines
            label="Latency by hour"
            bucket="hour"
            buckets={fillBuckets(buckets, 'hour', performance)}
            series={SERIES}
            format={formatDuration}
          />
        </Suspense>
        <Legend series={SERIES} />
      </div>
    </div>
  );
}
