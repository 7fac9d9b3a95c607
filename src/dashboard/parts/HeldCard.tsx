// Changes that a feed proposes and nobody else confirms: they wait for a person.
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type HeldChange, heldQuery, useSettleHeld } from '../api/jobs.ts';
import { toWords } from '../format/figures.ts';
import { Answer } from './Answer.tsx';
import { Card } from './Card.tsx';
import { ErrorNote } from './ErrorNote.tsx';
import { Facts } from './Facts.tsx';
import { ModelLink } from './ModelLink.tsx';
import { Time } from './Time.tsx';

/** For administrators only. @param model one model's changes only */
export function HeldCard({ model }: { readonly model?: string }) {
  const query = useQuery(heldQuery);
  const shown = (query.data?.data ?? []).filter((one) => model === undefined || one.model === model);
  // Worth a card only when there is something to decide.
  if (query.data && shown.length === 0)
    return model === undefined ? <p className="soft small">No change of the catalog is held back.</p> : null;
  return (
    <Card title="Held changes" note="large, and not confirmed by a second source">
      <Answer query={query}>
        {() => (
          <ul className="plain budgets">
            {shown.map((change) => (
              <HeldLine key={change.id} change={change} />
            ))}
          </ul>
        )}
      </Answer>
    </Card>
  );
}

function HeldLine({ change }: { readonly change: HeldChange }) {
  const settle = useSettleHeld();
  const { id, model, field, old_value: old, new_value: fresh, source, reason, held_at: at, readings } = change;
  return (
    <li className="stack">
      <div className="row row-center spread">
        <span>
          <ModelLink id={model} />{' '}
          <span className="soft">
            {toWords(field)}
            {field === 'prices' && ', USD per million tokens'}
          </span>
        </span>
        <span className="row">
          <Button
            size="compact-xs"
            disabled={settle.isPending}
            aria-label={`Release: ${model} ${field}`}
            onClick={() => settle.mutate({ id, verdict: 'release' })}
          >
            Release
          </Button>
          <Button
            size="compact-xs"
            variant="default"
            disabled={settle.isPending}
            aria-label={`Reject: ${model} ${field}`}
            onClick={() => settle.mutate({ id, verdict: 'reject' })}
          >
            Reject
          </Button>
        </span>
      </div>
      <Facts
        facts={[
          ['Now', old],
          ['Proposed', fresh],
          ['Why held', reason],
          ['From', `${source}, read ${readings === 1 ? 'once' : `${readings} times`}`],
          ['Since', <Time key="since" at={at} />],
        ]}
      />
      {settle.isError && <ErrorNote error={settle.error} />}
    </li>
  );
}
