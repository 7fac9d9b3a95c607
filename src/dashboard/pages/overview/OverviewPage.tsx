// What was spent, what was saved and against what, how fast and how well, over a span of time.
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { usageQuery } from '../../api/usage.ts';
import { nowMs } from '../../clock.ts';
import { toInstants } from '../../format/span.ts';
import { Answer } from '../../parts/Answer.tsx';
import { Card } from '../../parts/Card.tsx';
import { PageHead } from '../../parts/PageHead.tsx';
import { SpanPicker } from '../../parts/SpanPicker.tsx';
import { UsageFigures } from './UsageFigures.tsx';
import { UsageTable } from './UsageTable.tsx';

const route = getRouteApi('/inside/');

export function OverviewPage() {
  const span = route.useSearch();
  const navigate = route.useNavigate();
  const query = useQuery(usageQuery(toInstants(span, nowMs())));
  return (
    <>
      <PageHead title="Overview">
        <SpanPicker span={span} onChange={(search) => void navigate({ search })} />
      </PageHead>
      <Answer
        query={query}
        isEmpty={({ total_requests: count }) => count === 0}
        empty="No request was routed in this span. Try one in the playground, or widen the range."
      >
        {(usage) => (
          <>
            <UsageFigures usage={usage} />
            <div className="columns">
              <Card title="By model">
                <UsageTable what="Model" groups={usage.by_model} />
              </Card>
              <Card title="By task type">
                <UsageTable what="Task type" groups={usage.by_task_type} />
              </Card>
            </div>
          </>
        )}
      </Answer>
    </>
  );
}
