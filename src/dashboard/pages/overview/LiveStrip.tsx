// What happens now: the last minute and today, without a reload.
import { type Counters, useLive } from '../../api/live.ts';
import { formatCounted, formatUsd } from '../../format/figures.ts';
import { formatTime } from '../../format/times.ts';

export function LiveStrip() {
  const { state, live } = useLive();
  if (!live) return state === 'lost' ? <p className="live soft">Live counters cannot be read at the moment.</p> : null;
  return (
    <p className="live" data-state={state} title={`Counted at ${formatTime(live.at)}`}>
      <span>
        <i aria-hidden="true" />
        <strong>Last minute</strong> <CountersText counters={live.last_minute} />
      </span>
      <span>
        <strong>Today (UTC)</strong> <CountersText counters={live.today} />
      </span>
      {state === 'lost' && <span className="soft">connection lost, trying again</span>}
    </p>
  );
}

function CountersText({ counters }: { readonly counters: Counters }) {
  const { requests, errors, cost_usd: cost, savings_usd: saved } = counters;
  return (
    <>
      {formatCounted(requests, 'request')} · {formatUsd(cost)} spent · {formatUsd(saved)} saved
      {errors > 0 && <span className="negative"> · {formatCounted(errors, 'error')}</span>}
    </>
  );
}
