// The span by model and by task type, each row leading to its requests.
import { useQuery } from '@tanstack/react-query';
import { usageQuery } from '../../api/usage.ts';
import type { Instants, Span } from '../../format/span.ts';
import { Answer } from '../../parts/Answer.tsx';
import { Card } from '../../parts/Card.tsx';
import { UsageTable } from './UsageTable.tsx';

export function Breakdowns({ instants, span }: { readonly instants: Instants; readonly span: Span }) {
  const query = useQuery(usageQuery(instants));
  return (
    <div className="columns">
      <Card title="By model">
        <Answer query={query}>{({ by_model: groups }) => <UsageTable by="model" groups={groups} span={span} />}</Answer>
      </Card>
      <Card title="By task type">
        <Answer query={query}>
          {({ by_task_type: groups }) => <UsageTable by="task_type" groups={groups} span={span} />}
        </Answer>
      </Card>
    </div>
  );
}
