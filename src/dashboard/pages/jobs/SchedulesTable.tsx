// Each job: when it runs next, how it ended last, and a way to run it now.
import { Button } from '@mantine/core';
import { createColumnHelper } from '@tanstack/react-table';
import { useMemo } from 'react';
import { type Jobs, type Schedule, useRunJob } from '../../api/jobs.ts';
import { type AnyColumn, DataTable } from '../../parts/DataTable.tsx';
import { ErrorNote } from '../../parts/ErrorNote.tsx';
import { Time } from '../../parts/Time.tsx';
import { RunStatus } from './RunStatus.tsx';

const column = createColumnHelper<Schedule>();

export function SchedulesTable({ jobs }: { readonly jobs: Jobs }) {
  const run = useRunJob();
  const { mutate, isPending } = run;
  const columns = useMemo(() => columnsFor(jobs, mutate, isPending), [jobs, mutate, isPending]);
  return (
    <div className="stack">
      <DataTable label="Jobs and when they run" rows={jobs.schedules} columns={columns} sortable={false} />
      {run.isError && <ErrorNote error={run.error} />}
    </div>
  );
}

function columnsFor(
  { runs, running }: Jobs,
  onRun: (job: string) => void,
  isPending: boolean,
): readonly AnyColumn<Schedule>[] {
  const isRunning = (job: string) => running.some((one) => one.job === job);
  return [
    column.accessor('job', { header: 'Job', cell: ({ getValue }) => <code>{getValue()}</code> }),
    column.accessor('cron', {
      header: 'Schedule',
      meta: { wide: true },
      cell: ({ getValue }) => <code>{getValue()}</code>,
    }),
    column.accessor('next_at', {
      header: 'Next',
      // Of the frequent ones no time is kept.
      cell: ({ getValue }) =>
        getValue() === null ? <span className="soft">soon</span> : <Time at={getValue()} short />,
    }),
    column.display({
      id: 'last',
      header: 'Last',
      meta: { wide: true },
      cell: ({ row: { original } }) => {
        const last = runs.find(({ job }) => job === original.job);
        if (last) return <RunStatus status={last.status} />;
        return <span className="soft">{original.next_at === null ? 'none has failed' : 'not yet'}</span>;
      },
    }),
    column.display({
      id: 'run',
      header: () => <span className="visually-hidden">Run</span>,
      meta: { align: 'right' },
      cell: ({ row: { original } }) => (
        <Button
          size="compact-xs"
          variant="default"
          aria-label={`Run now: ${original.job}`}
          disabled={isPending || isRunning(original.job)}
          onClick={() => onRun(original.job)}
        >
          {isRunning(original.job) ? 'Running…' : 'Run now'}
        </Button>
      ),
    }),
  ];
}
