// Past runs with what they did, in the job's own words.
import { createColumnHelper } from '@tanstack/react-table';
import type { JobRun } from '../../api/jobs.ts';
import { toWords } from '../../format/figures.ts';
import { formatDuration } from '../../format/times.ts';
import { type AnyColumn, DataTable } from '../../parts/DataTable.tsx';
import { Time } from '../../parts/Time.tsx';
import { RunStatus } from './RunStatus.tsx';

const column = createColumnHelper<JobRun>();

const COLUMNS: readonly AnyColumn<JobRun>[] = [
  column.accessor('started_at', { header: 'Started', cell: ({ getValue }) => <Time at={getValue()} short /> }),
  column.accessor('job', { header: 'Job', cell: ({ getValue }) => <code>{getValue()}</code> }),
  column.accessor('status', { header: 'Status', cell: ({ getValue }) => <RunStatus status={getValue()} /> }),
  column.accessor(tookMs, {
    id: 'took',
    header: 'Took',
    meta: { align: 'right', wide: true },
    cell: ({ getValue }) => formatDuration(getValue()),
  }),
  column.accessor('trigger', { header: 'Started by', meta: { wide: true } }),
  column.display({
    id: 'result',
    header: 'Result',
    cell: ({ row: { original } }) => <Result run={original} />,
  }),
];

export function RunsTable({ runs }: { readonly runs: readonly JobRun[] }) {
  return <DataTable label="Runs, newest first" rows={runs} columns={COLUMNS} sortable={false} />;
}

function Result({ run: { error, summary, progress, attempt } }: { readonly run: JobRun }) {
  return (
    <>
      {attempt > 1 && <span className="soft">attempt {attempt} </span>}
      {error !== null ? <span className="negative">{error}</span> : (describe(summary) ?? progress ?? '')}
    </>
  );
}

/** Figures of a summary that say something; lists by their length. */
function describe(summary: JobRun['summary']): string | undefined {
  if (summary === null) return undefined;
  const told = Object.entries(summary).flatMap(([name, value]) => {
    if (Array.isArray(value)) return value.length === 0 ? [] : [`${value.length} ${toWords(name)}`];
    if (typeof value === 'number') return value === 0 ? [] : [`${value} ${toWords(name)}`];
    return typeof value === 'string' && value !== '' ? [`${toWords(name)}: ${value}`] : [];
  });
  return told.join(', ') || 'nothing to do';
}

function tookMs({ started_at: started, ended_at: ended }: JobRun): number | null {
  return ended === null ? null : Date.parse(ended) - Date.parse(started);
}
