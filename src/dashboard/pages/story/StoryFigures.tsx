// The request in six figures.
import { Link } from '@tanstack/react-router';
import type { Story } from '../../api/requests.ts';
import { formatCount, formatUsd, toWords } from '../../format/figures.ts';
import { formatDuration } from '../../format/times.ts';
import { Figures } from '../../parts/Figures.tsx';

export function StoryFigures({ story: { summary, money } }: { readonly story: Story }) {
  const { tokens_input: input, tokens_output: output } = summary;
  return (
    <Figures
      figures={[
        {
          label: 'Answered by',
          value: (
            <span className="figure-name">{summary.model === null ? 'nobody' : <ShortLink id={summary.model} />}</span>
          ),
          note: `${summary.provider ?? 'no provider'}, ${toWords(summary.task_type)}`,
        },
        {
          label: 'Cost',
          value: formatUsd(money.cost_usd),
          note: summary.simulated ? 'at list prices, simulated' : 'at list prices',
        },
        {
          label: 'Saved',
          value: formatUsd(money.savings_usd),
          note:
            money.baseline_usd === null
              ? 'not known'
              : `${summary.baseline_model ?? 'the baseline'}: ${formatUsd(money.baseline_usd)}`,
        },
        {
          label: 'Tokens',
          value: input === null ? '–' : formatCount(input + (output ?? 0)),
          note: input === null ? 'not counted' : `${formatCount(input)} in, ${formatCount(output)} out`,
        },
        {
          label: 'Latency',
          value: formatDuration(summary.latency_ms),
          note: summary.first_token_ms === null ? undefined : `first token ${formatDuration(summary.first_token_ms)}`,
        },
        {
          label: 'Router overhead',
          value: formatDuration(summary.overhead_ms),
          note: 'not spent waiting for a provider',
        },
      ]}
    />
  );
}

function ShortLink({ id }: { readonly id: string }) {
  return (
    <Link to="/models/$" params={{ _splat: id }}>
      {id.slice(id.lastIndexOf('/') + 1)}
    </Link>
  );
}
