// One breakdown of the span: by model or by task type.
import { type ColumnDef, createColumnHelper } from '@tanstack/react-table';
import { useMemo } from 'react';
import type { UsageGroup } from '../../../readmodels/usage.ts';
import { formatCount, formatShare, formatShortCount, formatUsd } from '../../format/figures.ts';
import { DataTable } from '../../parts/DataTable.tsx';

const column = createColumnHelper<UsageGroup>();
const right = { align: 'right' } as const;

const columnsFor = (what: string): ColumnDef<UsageGroup, never>[] =>
  [
    column.accessor('key', { header: what }),
    column.accessor('requests', { header: 'Requests', meta: right, cell: ({ getValue }) => formatCount(getValue()) }),
    column.accessor('cost', { header: 'Spend', meta: right, cell: ({ row }) => formatUsd(row.original.cost_usd) }),
    column.accessor('savings', {
      header: 'Saved',
      meta: right,
      cell: ({ row }) => formatUsd(row.original.savings_usd),
    }),
    column.accessor(({ errors, requests }) => errors / requests, {
      id: 'errors',
      header: 'Errors',
      meta: right,
      cell: ({ getValue }) => formatShare(getValue()),
    }),
    column.accessor('tokens', {
      header: 'Tokens',
      meta: { ...right, wide: true },
      cell: ({ getValue }) => formatShortCount(getValue()),
    }),
  ] as ColumnDef<UsageGroup, never>[];

export function UsageTable({ what, groups }: { readonly what: string; readonly groups: readonly UsageGroup[] }) {
  const columns = useMemo(() => columnsFor(what), [what]);
  return (
    <DataTable
      label={`By ${what.toLowerCase()}`}
      rows={groups}
      columns={columns}
      sorting={[{ id: 'requests', desc: true }]}
    />
  );
}
