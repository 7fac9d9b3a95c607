// What holds for all of the org: against what it saves, which models it may use, how much, and what is kept of what it says.
import { Button } from '@mantine/core';
import { useState } from 'react';
import type { Org } from '../../api/accounts.ts';
import { Card } from '../../parts/Card.tsx';
import { Facts } from '../../parts/Facts.tsx';
import { ModelName } from '../../parts/ModelName.tsx';
import { OrgDialog } from './OrgDialog.tsx';
import { tellLimits } from './tellLimits.ts';

export function OrgCard({ org }: { readonly org: Org }) {
  const [isOpen, setOpen] = useState(false);
  const { baseline_model: baseline, allowed_models: models, capture_content_days: days } = org;
  return (
    <Card
      title="Org"
      note={
        <Button size="compact-xs" variant="default" onClick={() => setOpen(true)}>
          Change
        </Button>
      }
    >
      <Facts
        facts={[
          ['Name', org.name],
          [
            'Savings against',
            baseline === null ? 'the baseline of the policy' : <ModelName key="baseline" id={baseline} />,
          ],
          ['Allowed models', models === null ? 'all' : models.join(', ') || 'none'],
          ['Limits', tellLimits(org.limits) || 'none'],
          ['Prompts and answers', days === null ? 'not kept' : `kept for ${days} ${days === 1 ? 'day' : 'days'}`],
        ]}
      />
      {isOpen && <OrgDialog org={org} onClose={() => setOpen(false)} />}
    </Card>
  );
}
