// Models that could not answer, by reason.
import { toWords } from '../format/figures.ts';

type Props = { readonly excluded: readonly { readonly model: string; readonly reason: string }[] };

export function ExcludedModels({ excluded }: Props) {
  if (excluded.length === 0) return null;
  const byReason = new Map<string, string[]>();
  for (const { model, reason } of excluded) byReason.set(reason, [...(byReason.get(reason) ?? []), model]);
  return (
    <details className="details">
      <summary>
        Excluded: {[...byReason].map(([reason, models]) => `${toWords(reason)} (${models.length})`).join(', ')}
      </summary>
      <dl className="facts">
        {[...byReason].map(([reason, models]) => (
          <div className="facts-row" key={reason}>
            <dt>{toWords(reason)}</dt>
            <dd>{models.join(', ')}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
