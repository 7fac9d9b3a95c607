// What decisions go by now: the breaker and the measured figures, of all calls of the router and not of one org's alone.
import type { ReactNode } from 'react';
import type { Model } from '../../api/models.ts';
import { UNKNOWN, formatCount, formatShare, toWords } from '../../format/figures.ts';
import { formatDuration } from '../../format/times.ts';
import { Card } from '../../parts/Card.tsx';
import { Facts } from '../../parts/Facts.tsx';
import { Time } from '../../parts/Time.tsx';

type Breaker = NonNullable<Model['breaker']>;
type Health = NonNullable<Model['health']>;

export function HealthCard({ breaker, health }: { readonly breaker: Breaker; readonly health: Model['health'] }) {
  return (
    <Card title="How routing sees it now" note="over all calls of the router">
      <Facts
        facts={[
          ['Circuit breaker', <BreakerText key="breaker" breaker={breaker} />],
          ...(health ? measured(health) : []),
        ]}
      />
      {!health && (
        <p className="soft small">Nothing was measured lately: its latency is expected by ratings, or our tier.</p>
      )}
    </Card>
  );
}

function measured(health: Health): (readonly [string, ReactNode])[] {
  const { error_rate: errors, first_token_ms: first, tokens_per_second: speed, used } = health;
  return [
    ['Calls that failed', formatShare(errors)],
    ['First token', formatDuration(first)],
    ['Speed', speed === null ? UNKNOWN : `${formatCount(speed)} tok/s`],
    ['Expected latency', used ? 'by these figures' : 'by ratings or our tier: too few calls were measured'],
  ];
}

function BreakerText({ breaker }: { readonly breaker: Breaker }) {
  const { state, of_provider: ofProvider, open_until: until, reason } = breaker;
  if (state === 'closed') return <span className="tag tag-good">closed</span>;
  return (
    <>
      <span className={state === 'open' ? 'tag tag-bad' : 'tag tag-warn'}>{state.replace('-', ' ')}</span>{' '}
      {ofProvider && 'of its provider, '}
      {reason !== null && `after ${toWords(reason)}`}
      {state === 'open' ? (
        <>
          , not called until <Time at={until} />
        </>
      ) : (
        ', one request tries it'
      )}
    </>
  );
}
