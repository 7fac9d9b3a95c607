// Both sides of the comparison.
import type { WhatIf } from '../../api/whatIf.ts';
import { formatCount, formatCounted, formatScore, formatShare, formatUsd } from '../../format/figures.ts';
import { formatDuration } from '../../format/times.ts';
import { Card } from '../../parts/Card.tsx';
import { EmptyNote } from '../../parts/EmptyNote.tsx';
import { Figures } from '../../parts/Figures.tsx';
import { MoversTable } from './MoversTable.tsx';
import { SharesTable } from './SharesTable.tsx';

export function WhatIfResult({ result }: { readonly result: WhatIf }) {
  const { before, after, moved, compared, requests, unroutable, movers, notes } = result;
  const difference = Number(after.cost_usd) - Number(before.cost_usd);
  const share = difference / Number(before.cost_usd);
  return (
    <>
      <Figures
        figures={[
          {
            label: 'Cost',
            value: formatUsd(after.cost_usd),
            note: `was ${formatUsd(before.cost_usd)}, ${difference > 0 ? '+' : ''}${formatShare(share)}`,
          },
          {
            label: 'Requests that move',
            value: formatCount(moved),
            note: `${formatShare(moved / requests, 0)} of ${formatCounted(requests, 'request')}`,
          },
          { label: 'Quality, mean', value: formatScore(after.quality), note: `was ${formatScore(before.quality)}` },
          {
            label: 'Expected latency, mean',
            value: formatDuration(after.latency_ms),
            note: `was ${formatDuration(before.latency_ms)}`,
          },
          {
            label: 'Could not be routed',
            value: formatCount(unroutable),
            note: `cost not comparable: ${formatCount(requests - compared)}`,
          },
        ]}
      />
      {notes.length > 0 && (
        <div className="note">
          {notes.map((note) => (
            <p key={note}>{note}</p>
          ))}
        </div>
      )}
      <Card title="Who would answer" note="requests, before and after">
        <SharesTable shares={result.by_model} />
      </Card>
      <Card
        title="Requests that would move"
        note={movers.length < moved ? `${movers.length} of ${moved} shown` : undefined}
      >
        {movers.length === 0 ? (
          <EmptyNote>None: every request would be answered as it was.</EmptyNote>
        ) : (
          <MoversTable movers={movers} />
        )}
      </Card>
    </>
  );
}
