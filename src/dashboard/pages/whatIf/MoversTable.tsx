// Requests that another model would have answered, each leading to its story.
import { createColumnHelper } from '@tanstack/react-table';
import { Link } from '@tanstack/react-router';
import type { Mover } from '../../api/whatIf.ts';
import { UNKNOWN, formatUsd, toWords, toneOf } from '../../format/figures.ts';
import { type AnyColumn, DataTable } from '../../parts/DataTable.tsx';
import { ModelName } from '../../parts/ModelName.tsx';

const column = createColumnHelper<Mover>();
const right = { align: 'right' } as const;
const wideRight = { align: 'right', wide: true } as const;
const name = (id: string | null) => (id === null ? UNKNOWN : <ModelName id={id} />);

const COLUMNS: readonly AnyColumn<Mover>[] = [
  column.accessor('task_type', {
    header: 'Task',
    cell: ({ row }) => (
      <Link to="/requests/$id" params={{ id: row.original.request_id }}>
        {toWords(row.original.task_type)}
      </Link>
    ),
  }),
  column.accessor('from_model', { header: 'From', cell: ({ getValue }) => name(getValue()) }),
  column.accessor('to_model', { header: 'To', cell: ({ getValue }) => name(getValue()) }),
  column.accessor(({ cost_before_usd: usd }) => Number(usd), {
    id: 'before',
    header: 'Cost before',
    meta: wideRight,
    cell: ({ row }) => formatUsd(row.original.cost_before_usd),
  }),
  column.accessor(({ cost_after_usd: usd }) => Number(usd), {
    id: 'after',
    header: 'Cost after',
    meta: wideRight,
    cell: ({ row }) => formatUsd(row.original.cost_after_usd),
  }),
  column.accessor(({ difference_usd: usd }) => Number(usd), {
    id: 'difference',
    header: 'Difference',
    meta: right,
    cell: ({ row: { original } }) => (
      // What costs more is a loss.
      <span className={toneOf(original.difference_usd === null ? null : -Number(original.difference_usd))}>
        {formatUsd(original.difference_usd)}
      </span>
    ),
  }),
];

export function MoversTable({ movers }: { readonly movers: readonly Mover[] }) {
  return <DataTable label="Moving requests" rows={movers} columns={COLUMNS} />;
}
