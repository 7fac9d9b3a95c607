// The sums of the span.
import type { Stats } from '../../api/stats.ts';
import { formatCount, formatShare, formatShortCount, formatUsd, toneOf } from '../../format/figures.ts';
import { formatDuration } from '../../format/times.ts';
import { Figures } from '../../parts/Figures.tsx';

export function StatFigures({ stats }: { readonly stats: Stats }) {
  const { totals } = stats;
  const { requests, errors, tokens } = totals;
  const share = totals.savings / Number(totals.baseline_usd);
  return (
    <Figures
      figures={[
        { label: 'Spend', value: formatUsd(totals.cost_usd), note: `${formatShortCount(tokens)} tokens` },
        {
          label: 'Saved',
          value: <span className={toneOf(totals.savings_usd)}>{formatUsd(totals.savings_usd)}</span>,
          note: `${formatShare(share, 0)} of ${formatUsd(totals.baseline_usd)}`,
        },
        { label: 'Requests', value: formatCount(requests) },
        {
          label: 'Error rate',
          value: formatShare(errors / requests),
          note: `${formatCount(errors)} of ${formatCount(requests)}`,
        },
        {
          label: 'Latency, p50',
          value: formatDuration(totals.latency_p50_ms),
          note: `p95 ${formatDuration(totals.latency_p95_ms)}`,
        },
        {
          label: 'Router overhead, p50',
          value: formatDuration(totals.overhead_p50_ms),
          note: `p95 ${formatDuration(totals.overhead_p95_ms)}`,
        },
      ]}
    />
  );
}
