// The catalog as a table.
import { type ColumnDef, createColumnHelper } from '@tanstack/react-table';
import type { Model } from '../../api/models.ts';
import { formatPricePerMillion } from '../../format/figures.ts';
import { DataTable } from '../../parts/DataTable.tsx';

const column = createColumnHelper<Model>();
const right = { align: 'right' } as const;

const COLUMNS: readonly ColumnDef<Model, never>[] = [
  column.accessor('id', { header: 'Model' }),
  column.accessor((model) => Number(model.pricing?.prompt), {
    id: 'input',
    header: 'Input, $/M tok',
    meta: right,
    cell: ({ row }) => formatPricePerMillion(row.original.pricing?.prompt),
  }),
] as ColumnDef<Model, never>[];

export function ModelsTable({ models }: { readonly models: readonly Model[] }) {
  return <DataTable label="Models" rows={models} columns={COLUMNS} />;
}
