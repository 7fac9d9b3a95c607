// Requests as rows; the time leads to the request's story.
import { createColumnHelper } from '@tanstack/react-table';
import { Link } from '@tanstack/react-router';
import type { Request } from '../../api/requests.ts';
import { UNKNOWN, formatCount, formatUsd, toWords } from '../../format/figures.ts';
import { formatDuration } from '../../format/times.ts';
import { type AnyColumn, DataTable } from '../../parts/DataTable.tsx';
import { ModelName } from '../../parts/ModelName.tsx';
import { OutcomeTag } from '../../parts/OutcomeTag.tsx';
import { Time } from '../../parts/Time.tsx';

const column = createColumnHelper<Request>();
const right = { align: 'right' } as const;
const wideRight = { align: 'right', wide: true } as const;

const COLUMNS: readonly AnyColumn<Request>[] = [
  column.accessor('created_at', {
    header: 'Time',
    cell: ({ row }) => (
      <Link to="/requests/$id" params={{ id: row.original.request_id }}>
        <Time at={row.original.created_at} short />
      </Link>
    ),
  }),
  column.accessor('task_type', { header: 'Task', meta: { wide: true }, cell: ({ getValue }) => toWords(getValue()) }),
  column.accessor('model', { header: 'Model', cell: ({ row }) => <ModelCell request={row.original} /> }),
  column.accessor('outcome', {
    header: 'Outcome',
    meta: { wide: true },
    cell: ({ row }) => <OutcomeTag request={row.original} />,
  }),
  column.accessor('tokens_input', {
    header: 'Tokens in / out',
    meta: wideRight,
    cell: ({ row: { original } }) =>
      original.tokens_input === null
        ? UNKNOWN
        : `${formatCount(original.tokens_input)} / ${formatCount(original.tokens_output)}`,
  }),
  column.accessor('cost', { header: 'Cost', meta: right, cell: ({ row }) => formatUsd(row.original.cost_usd) }),
  column.accessor('savings', {
    header: 'Saved',
    meta: wideRight,
    cell: ({ row }) => formatUsd(row.original.savings_usd),
  }),
  column.accessor('latency_ms', {
    header: 'Latency',
    meta: right,
    cell: ({ getValue }) => formatDuration(getValue()),
  }),
  column.accessor('overhead_ms', {
    header: 'Overhead',
    meta: wideRight,
    cell: ({ getValue }) => formatDuration(getValue()),
  }),
];

export function RequestsTable({ requests }: { readonly requests: readonly Request[] }) {
  return <DataTable label="Requests, newest first" rows={requests} columns={COLUMNS} sortable={false} />;
}

/** On a narrow screen the outcome has no column; one that is not the usual says so here. */
function ModelCell({ request }: { readonly request: Request }) {
  const { model, outcome, fallback } = request;
  return (
    <>
      {model === null ? <span className="soft">none</span> : <ModelName id={model} />}
      {(outcome !== 'succeeded' || fallback === true) && (
        <span className="narrow">
          <OutcomeTag request={request} />
        </span>
      )}
    </>
  );
}
