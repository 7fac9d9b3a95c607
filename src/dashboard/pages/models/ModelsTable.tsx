// The catalog as a table; a model's name leads to its page.
import { createColumnHelper } from '@tanstack/react-table';
import { useMemo } from 'react';
import { type Model, ratingOf } from '../../api/models.ts';
import type { StatPoint } from '../../api/stats.ts';
import { UNKNOWN, formatPricePerMillion, formatShare, formatShortCount } from '../../format/figures.ts';
import { formatDuration } from '../../format/times.ts';
import { type AnyColumn, DataTable } from '../../parts/DataTable.tsx';
import { ModelLink } from '../../parts/ModelLink.tsx';
import { HealthTag } from '../../parts/HealthTag.tsx';
import { StatusTag } from '../../parts/StatusTag.tsx';
import type { Today } from './today.ts';

const column = createColumnHelper<Model>();
const right = { align: 'right' } as const;
const wideRight = { align: 'right', wide: true } as const;

const columnsFor = (today: Today): readonly AnyColumn<Model>[] => [
  column.accessor('id', { header: 'Model', cell: ({ row }) => <NameCell model={row.original} /> }),
  column.accessor('status', {
    header: 'Status',
    meta: { wide: true },
    cell: ({ getValue }) => <StatusTag status={getValue()} />,
  }),
  priceColumn('prompt', 'Input, $/M tok', right),
  priceColumn('completion', 'Output, $/M tok', right),
  column.accessor(ratingOf, {
    id: 'rating',
    header: 'Rating',
    meta: wideRight,
    sortUndefined: 'last',
    cell: ({ getValue }) => getValue()?.toFixed(1) ?? UNKNOWN,
  }),
  column.accessor('quality_tier', {
    header: 'Our tier',
    meta: { wide: true },
    cell: ({ getValue }) => getValue() ?? UNKNOWN,
  }),
  column.accessor(firstTokenOf, {
    id: 'firstToken',
    header: 'First token',
    meta: wideRight,
    sortUndefined: 'last',
    cell: ({ getValue }) => formatDuration(getValue()),
  }),
  column.accessor((model) => model.context_length ?? undefined, {
    id: 'context',
    header: 'Context, tok',
    meta: wideRight,
    sortUndefined: 'last',
    cell: ({ getValue }) => formatShortCount(getValue()),
  }),
  column.accessor(({ health }) => health?.error_rate ?? undefined, {
    id: 'health',
    header: 'Health',
    meta: wideRight,
    sortUndefined: 'last',
    cell: ({ row }) => <HealthTag model={row.original} />,
  }),
  column.accessor((model) => today.get(model.id)?.latency_p50_ms ?? undefined, {
    id: 'latency',
    header: 'Your p50 today (UTC)',
    meta: wideRight,
    sortUndefined: 'last',
    cell: ({ getValue }) => formatDuration(getValue()),
  }),
  column.accessor((model) => errorShareOf(today.get(model.id)), {
    id: 'errors',
    header: 'Your errors today (UTC)',
    meta: wideRight,
    sortUndefined: 'last',
    cell: ({ getValue }) => formatShare(getValue()),
  }),
];

const NOTHING: Today = new Map();

type Props = { readonly models: readonly Model[]; readonly today: Today | undefined };

export function ModelsTable({ models, today = NOTHING }: Props) {
  const columns = useMemo(() => columnsFor(today), [today]);
  return <DataTable label="Models" rows={models} columns={columns} />;
}

/** On a narrow screen the status has no column; what may not be chosen says so here. */
function NameCell({ model }: { readonly model: Model }) {
  const { id, status, breaker } = model;
  return (
    <>
      <ModelLink id={id} />
      {breaker && breaker.state !== 'closed' && (
        <span className="narrow">
          <HealthTag model={model} />
        </span>
      )}
      {status !== 'active' && (
        <span className="narrow">
          <StatusTag status={status} />
        </span>
      )}
    </>
  );
}

function errorShareOf(point: StatPoint | undefined): number | undefined {
  return point && point.errors / point.requests;
}

/** USD per token, as the catalog keeps it; an unknown one sorts last. */
function priceColumn(line: string, header: string, meta: { align: 'right'; wide?: boolean }): AnyColumn<Model> {
  const textOf = ({ pricing }: Model) => pricing?.[line] as string | undefined;
  return column.accessor((model) => (textOf(model) === undefined ? undefined : Number(textOf(model))), {
    id: line,
    header,
    meta,
    sortUndefined: 'last',
    cell: ({ row }) => formatPricePerMillion(textOf(row.original)),
  });
}

function firstTokenOf({ ratings }: Model): number | undefined {
  const known = (ratings?.values ?? []).flatMap(({ firstTokenMs }) =>
    firstTokenMs === undefined ? [] : [firstTokenMs],
  );
  return known.length === 0 ? undefined : Math.min(...known);
}
