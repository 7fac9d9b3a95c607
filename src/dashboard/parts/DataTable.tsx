// A table of rows that can be sorted by its headings; what it shows is said by its columns.
import {
  type ColumnDef,
  type RowData,
  type SortingState,
  flexRender,
  getCoreRowModel,
  getSortedRowModel,
  useReactTable,
} from '@tanstack/react-table';
import { useState } from 'react';

declare module '@tanstack/react-table' {
  // The library gives columns a place for what only the page knows.
  interface ColumnMeta<TData extends RowData, TValue> {
    readonly align?: 'right';
    /** Left out on a narrow screen. */
    readonly wide?: boolean;
  }
}

// Columns of one table have values of different types, which the library's own type cannot say without it.
// oxlint-disable-next-line typescript/no-explicit-any
export type AnyColumn<T> = ColumnDef<T, any>;

type Props<T extends object> = {
  readonly label: string;
  readonly rows: readonly T[];
  readonly columns: readonly AnyColumn<T>[];
  readonly sorting?: SortingState;
  /** False where rows come page by page in the server's order. */
  readonly sortable?: boolean;
};

export function DataTable<T extends object>({
  label,
  rows,
  columns,
  sorting: initial = [],
  sortable = true,
}: Props<T>) {
  const [sorting, setSorting] = useState<SortingState>(initial);
  const table = useReactTable({
    data: rows as T[],
    columns: columns as ColumnDef<T>[],
    state: { sorting },
    enableSorting: sortable,
    onSortingChange: setSorting,
    getCoreRowModel: getCoreRowModel(),
    getSortedRowModel: getSortedRowModel(),
  });
  return (
    // A region that scrolls must be reachable by keyboard.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className="table-frame" tabIndex={0} role="region" aria-label={label}>
      <table className="table">
        <thead>
          {table.getHeaderGroups().map((group) => (
            <tr key={group.id}>
              {group.headers.map(({ id, column, getContext }) => (
                <th
                  key={id}
                  scope="col"
                  className={classOf(column.columnDef.meta)}
                  aria-sort={sortOf(column.getIsSorted())}
                >
                  {column.getCanSort() ? (
                    <button type="button" className="sort-button" onClick={column.getToggleSortingHandler()}>
                      {flexRender(column.columnDef.header, getContext())}
                    </button>
                  ) : (
                    flexRender(column.columnDef.header, getContext())
                  )}
                </th>
              ))}
            </tr>
          ))}
        </thead>
        <tbody>
          {table.getRowModel().rows.map((row) => (
            <tr key={row.id}>
              {row.getVisibleCells().map(({ id, column, getContext }) => (
                <td key={id} className={classOf(column.columnDef.meta)}>
                  {flexRender(column.columnDef.cell, getContext())}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function classOf(meta: { readonly align?: 'right'; readonly wide?: boolean } | undefined): string {
  return [meta?.align === 'right' ? 'right tight' : '', meta?.wide ? 'wide' : ''].filter(Boolean).join(' ');
}

function sortOf(sorted: false | 'asc' | 'desc'): 'ascending' | 'descending' | undefined {
  return sorted === false ? undefined : sorted === 'asc' ? 'ascending' : 'descending';
}
