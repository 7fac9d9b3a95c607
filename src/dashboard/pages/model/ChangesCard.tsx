// What changed of a model, field by field, newest first, with who and which source said so.
import { Button } from '@mantine/core';
import type { InfiniteData, UseInfiniteQueryResult } from '@tanstack/react-query';
import { createColumnHelper } from '@tanstack/react-table';
import type { ModelChange } from '../../api/models.ts';
import { Card } from '../../parts/Card.tsx';
import { type AnyColumn, DataTable } from '../../parts/DataTable.tsx';
import { EmptyNote } from '../../parts/EmptyNote.tsx';
import { ErrorNote } from '../../parts/ErrorNote.tsx';
import { Loading } from '../../parts/Loading.tsx';
import { Time } from '../../parts/Time.tsx';
import { nameField, showValue } from './changeValues.ts';

type Props = { readonly query: UseInfiniteQueryResult<InfiniteData<{ readonly data: readonly ModelChange[] }>> };

const column = createColumnHelper<ModelChange>();

const COLUMNS: readonly AnyColumn<ModelChange>[] = [
  column.accessor('changed_at', { header: 'When', cell: ({ getValue }) => <Time at={getValue()} short /> }),
  column.accessor('field', {
    header: 'What',
    cell: ({ getValue }) => <span title={getValue()}>{nameField(getValue())}</span>,
  }),
  column.accessor('old_value', {
    header: 'Before',
    cell: ({ row }) => <Value {...row.original} text={row.original.old_value} />,
  }),
  column.accessor('new_value', {
    header: 'After',
    cell: ({ row }) => <Value {...row.original} text={row.original.new_value} />,
  }),
  column.accessor('source', { header: 'Source', meta: { wide: true } }),
  column.accessor('changed_by', { header: 'By', meta: { wide: true } }),
];

function Value({ field, text }: { readonly field: string; readonly text: string | null }) {
  return (
    <span className="change-value" title={text ?? undefined}>
      {showValue(field, text)}
    </span>
  );
}

export function ChangesCard({ query }: Props) {
  return (
    <Card title="Changes" note="newest first">
      <ChangesBody query={query} />
    </Card>
  );
}

function ChangesBody({ query }: Props) {
  if (query.data === undefined)
    return query.isError ? <ErrorNote error={query.error} onRetry={() => void query.refetch()} /> : <Loading />;
  const changes = query.data.pages.flatMap(({ data }) => data);
  if (changes.length === 0) return <EmptyNote>No change is on record yet.</EmptyNote>;
  return (
    <>
      <DataTable label="Changes, newest first" rows={changes} columns={COLUMNS} sortable={false} />
      {query.hasNextPage && (
        <div className="table-foot">
          <Button
            size="xs"
            variant="default"
            loading={query.isFetchingNextPage}
            onClick={() => void query.fetchNextPage()}
          >
            Show more
          </Button>
        </div>
      )}
    </>
  );
}
