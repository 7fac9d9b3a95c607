// Whether the router calls a model now, and how often its calls fail: for all who ask, as routing sees it.
import type { Model } from '../api/models.ts';
import { UNKNOWN, formatShare } from '../format/figures.ts';

const LOOKS = { open: 'tag tag-bad', 'half-open': 'tag tag-warn' } as const;

export function HealthTag({ model: { breaker, health } }: { readonly model: Model }) {
  if (breaker && breaker.state !== 'closed')
    return <span className={LOOKS[breaker.state]}>breaker {breaker.state.replace('-', ' ')}</span>;
  return <>{health ? `${formatShare(1 - health.error_rate)} answered` : UNKNOWN}</>;
}
