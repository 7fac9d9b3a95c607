// What of the overview stands in its address.
import type { Grouping } from '../../api/stats.ts';
import { type Span, readSpan } from '../../format/span.ts';

export type Measure = 'spend' | 'requests' | 'latency' | 'overhead';
export type OverviewSearch = Span & { readonly group?: Grouping; readonly measure?: Measure };

export const MEASURES: readonly { readonly value: Measure; readonly label: string }[] = [
  { value: 'spend', label: 'Spend' },
  { value: 'requests', label: 'Requests' },
  { value: 'latency', label: 'Latency' },
  { value: 'overhead', label: 'Overhead' },
];
export const GROUPINGS: readonly { readonly value: Grouping; readonly label: string }[] = [
  { value: 'none', label: 'All' },
  { value: 'model', label: 'By model' },
  { value: 'task_type', label: 'By task' },
];

export function readOverviewSearch(search: Record<string, unknown>): OverviewSearch {
  const group = GROUPINGS.find(({ value }) => value === search['group'])?.value;
  const measure = MEASURES.find(({ value }) => value === search['measure'])?.value;
  return { ...readSpan(search), ...(group ? { group } : {}), ...(measure ? { measure } : {}) };
}
