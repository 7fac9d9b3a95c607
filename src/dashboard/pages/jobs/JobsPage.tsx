// What runs by itself: when next, how the last runs ended, and any of it now.
import { useQuery } from '@tanstack/react-query';
import { jobsQuery } from '../../api/jobs.ts';
import { Answer } from '../../parts/Answer.tsx';
import { Card } from '../../parts/Card.tsx';
import { EmptyNote } from '../../parts/EmptyNote.tsx';
import { PageHead } from '../../parts/PageHead.tsx';
import { RunsTable } from './RunsTable.tsx';
import { SchedulesTable } from './SchedulesTable.tsx';

export function JobsPage() {
  const query = useQuery(jobsQuery);
  return (
    <>
      <PageHead
        title="Jobs"
        about="Feeds of prices and ratings, and the housekeeping. A job runs once, however many workers there are."
      />
      <Answer query={query}>
        {(jobs) => (
          <>
            <Card title="Schedules" note="cron in UTC">
              {jobs.schedules.length === 0 ? (
                <EmptyNote>No schedule is known yet: the worker writes them when it starts.</EmptyNote>
              ) : (
                <SchedulesTable jobs={jobs} />
              )}
            </Card>
            <Card title="Last runs" note="newest first">
              {jobs.runs.length === 0 ? <EmptyNote>No job has run yet.</EmptyNote> : <RunsTable runs={jobs.runs} />}
            </Card>
          </>
        )}
      </Answer>
    </>
  );
}
