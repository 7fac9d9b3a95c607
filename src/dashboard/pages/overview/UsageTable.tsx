// One breakdown of the span: by model or by task type.
import { createColumnHelper } from '@tanstack/react-table';
import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import type { UsageGroup } from '../../../readmodels/usage.ts';
import { formatCount, formatShare, formatUsd, toWords } from '../../format/figures.ts';
import type { Span } from '../../format/span.ts';
import { type AnyColumn, DataTable } from '../../parts/DataTable.tsx';
import { ModelName } from '../../parts/ModelName.tsx';
import { NO_MODEL, NoModel } from '../../parts/NoModel.tsx';

type By = 'model' | 'task_type';
type Props = { readonly by: By; readonly groups: readonly UsageGroup[]; readonly span: Span };

const column = createColumnHelper<UsageGroup>();
const right = { align: 'right' } as const;

export function UsageTable({ by, groups, span }: Props) {
  const { range, from, to } = span;
  const columns = useMemo(
    () => columnsFor(by, { ...(range && { range }), ...(from && { from }), ...(to && { to }) }),
    [by, range, from, to],
  );
  const label = by === 'model' ? 'Spend by model' : 'Spend by task type';
  return <DataTable label={label} rows={groups} columns={columns} sorting={[{ id: 'cost', desc: true }]} />;
}

function columnsFor(by: By, span: Span): readonly AnyColumn<UsageGroup>[] {
  return [
    column.accessor('key', {
      header: by === 'model' ? 'Model' : 'Task type',
      cell: ({ getValue }) => <GroupLink by={by} name={getValue()} span={span} />,
    }),
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
      meta: { ...right, wide: true },
      cell: ({ getValue }) => formatShare(getValue()),
    }),
  ];
}

function GroupLink({ by, name, span }: { readonly by: By; readonly name: string; readonly span: Span }) {
  // Requests that nothing answered have no model to ask for.
  if (name === NO_MODEL) return <NoModel />;
  return (
    <Link to="/requests" search={{ ...span, ...(by === 'model' ? { model: name } : { task_type: name }) }}>
      {by === 'model' ? <ModelName id={name} /> : toWords(name)}
    </Link>
  );
}
