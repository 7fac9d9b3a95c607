// The answer as it comes, and when it is whole, what it cost.
import { Link } from '@tanstack/react-router';
import type { ChatDone } from '../../api/playground.ts';
import { formatCount, formatUsd } from '../../format/figures.ts';
import { formatDuration } from '../../format/times.ts';
import { Card } from '../../parts/Card.tsx';

type Props = { readonly text: string; readonly isComing: boolean; readonly done: ChatDone | undefined };

export function AnswerCard({ text, isComing, done }: Props) {
  return (
    <Card title="The answer" note={done ? `${done.provider}/${done.model_used}` : isComing ? 'coming…' : 'stopped'}>
      <div className="stack">
        <div className="answer" aria-live="polite" aria-busy={isComing}>
          {text}
          {isComing && <span className="caret" aria-hidden="true" />}
        </div>
        {done && <DoneLine done={done} />}
      </div>
    </Card>
  );
}

function DoneLine({ done }: { readonly done: ChatDone }) {
  const { tokens } = done;
  return (
    <p className="soft small">
      Cost {formatUsd(done.cost_usd)}, saved {formatUsd(done.savings_estimate_usd)} against{' '}
      {done.baseline_model ?? 'no baseline'} ·{' '}
      {tokens && `${formatCount(tokens.input)} tokens in, ${formatCount(tokens.output)} out · `}
      {formatDuration(done.latency_ms)} ·{' '}
      <Link to="/requests/$id" params={{ id: done.request_id }}>
        its story
      </Link>
    </p>
  );
}
