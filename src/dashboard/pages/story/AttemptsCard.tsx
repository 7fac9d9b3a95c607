// The attempts on a line of time, from the moment the request was routed.
import type { Attempt, Story } from '../../api/requests.ts';
import { toWords } from '../../format/figures.ts';
import { formatDuration } from '../../format/times.ts';
import { Card } from '../../parts/Card.tsx';
import { EmptyNote } from '../../parts/EmptyNote.tsx';
import { ModelName } from '../../parts/ModelName.tsx';

export function AttemptsCard({ story: { attempts, summary } }: { readonly story: Story }) {
  const begun = Date.parse(summary.created_at);
  const ends = attempts.map(({ startedAt, durationMs }) => Date.parse(startedAt) - begun + durationMs);
  const wholeMs = Math.max(summary.latency_ms ?? 0, ...ends, 1);
  return (
    <Card title="Attempts" note={`${attempts.length}, over ${formatDuration(summary.latency_ms)}`}>
      {attempts.length === 0 ? (
        <EmptyNote>No provider was called.</EmptyNote>
      ) : (
        <ol className="attempts">
          {attempts.map((attempt) => (
            <AttemptLine key={attempt.attempt} attempt={attempt} begun={begun} wholeMs={wholeMs} />
          ))}
        </ol>
      )}
    </Card>
  );
}

type LineProps = { readonly attempt: Attempt; readonly begun: number; readonly wholeMs: number };

function AttemptLine({ attempt, begun, wholeMs }: LineProps) {
  const { modelId, startedAt, durationMs, firstTokenMs, outcome, message, providerStatus } = attempt;
  const at = Math.max(0, Date.parse(startedAt) - begun);
  const good = outcome === 'succeeded';
  return (
    <li>
      <div className="row row-center spread">
        <ModelName id={modelId} />
        <span className={good ? 'tag tag-good' : 'tag tag-bad'}>{toWords(outcome)}</span>
      </div>
      <div className="timeline" aria-hidden="true">
        <i
          className={good ? '' : 'failed'}
          style={{ left: `${(at / wholeMs) * 100}%`, width: `${Math.max(0.8, (durationMs / wholeMs) * 100)}%` }}
        />
      </div>
      <div className="soft small">
        began at {formatDuration(at)}, took {formatDuration(durationMs)}
        {firstTokenMs !== null && `, first token after ${formatDuration(firstTokenMs)}`}
        {providerStatus !== null && `, status ${providerStatus}`}
        {attempt.hedgeOf !== null && `, hedge of attempt ${attempt.hedgeOf}`}
        {message !== null && `: ${message}`}
      </div>
    </li>
  );
}
