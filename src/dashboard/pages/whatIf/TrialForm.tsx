// The weights of the policy that is tried, beside those that decide now.
import { Button } from '@mantine/core';
import { useState } from 'react';
import { Card } from '../../parts/Card.tsx';
import { ShareSliders } from './ShareSliders.tsx';
import type { Group, Trial } from './search.ts';

type Props = {
  readonly trial: Trial;
  readonly active: Trial;
  readonly label: string;
  readonly isRunning: boolean;
  readonly onTry: (trial: Trial) => void;
};

const FORMS: readonly {
  readonly group: Group;
  readonly title: string;
  readonly about: string;
  readonly names: readonly string[];
}[] = [
  {
    group: 'normal',
    title: 'Weights, latency normal',
    about: 'shares of what quality leaves',
    names: ['Cost', 'Latency', 'Task match'],
  },
  {
    group: 'fast',
    title: 'Weights, latency fast',
    about: 'shares of what quality leaves',
    names: ['Cost', 'Latency', 'Task match'],
  },
  {
    group: 'quality',
    title: 'Share of quality',
    about: 'by the caller’s priority',
    names: ['Cheap', 'Balanced', 'Best'],
  },
];

export function TrialForm({ trial: initial, active, label, isRunning, onTry }: Props) {
  const [trial, setTrial] = useState(initial);
  const isChanged = JSON.stringify(trial) !== JSON.stringify(active);
  return (
    <Card title="The policy to try" note={`now: ${label}`}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          onTry(trial);
        }}
      >
        <div className="thirds">
          {FORMS.map(({ group, ...form }) => (
            <ShareSliders
              key={group}
              {...form}
              isShare={group !== 'quality'}
              values={trial[group]}
              active={active[group]}
              onChange={(values) => setTrial({ ...trial, [group]: values })}
            />
          ))}
        </div>
        <div className="row">
          <Button size="xs" type="submit" loading={isRunning} disabled={!isChanged}>
            Compare
          </Button>
          <Button size="xs" variant="default" disabled={!isChanged} onClick={() => setTrial(active)}>
            Back to the active policy
          </Button>
        </div>
      </form>
    </Card>
  );
}
