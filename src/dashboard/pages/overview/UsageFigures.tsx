// The sums of the span.
import type { Usage } from '../../api/usage.ts';
import { formatCount, formatShare, formatShortCount, formatUsd } from '../../format/figures.ts';
import { Figures } from '../../parts/Figures.tsx';

export function UsageFigures({ usage }: { readonly usage: Usage }) {
  const { total_requests: requests, errors, unpriced_requests: unpriced } = usage;
  return (
    <Figures
      figures={[
        {
          label: 'Spend',
          value: formatUsd(usage.total_cost_usd),
          note: unpriced > 0 ? `${unpriced} without a price` : '',
        },
        { label: 'Saved', value: formatUsd(usage.total_savings_usd) },
        { label: 'Requests', value: formatCount(requests) },
        { label: 'Errors', value: formatShare(errors / requests), note: `${formatCount(errors)} requests` },
        { label: 'Tokens', value: formatShortCount(usage.total_tokens) },
      ]}
    />
  );
}
