// What of the list of requests stands in its address.
import type { RequestFilter } from '../../api/requests.ts';
import { type Span, readSpan } from '../../format/span.ts';

export type RequestsSearch = Span & RequestFilter;

const OUTCOMES = ['succeeded', 'failed', 'cancelled', 'abandoned', 'running'] as const;
const TASK_TYPES = ['chat', 'coding', 'reasoning', 'summarization', 'translation', 'image', 'agent_step'] as const;
export const CHOICES = { outcome: OUTCOMES, task_type: TASK_TYPES } as const;

export function readRequestsSearch(search: Record<string, unknown>): RequestsSearch {
  const { model, task_type: task, outcome } = search;
  return {
    ...readSpan(search),
    ...(typeof model === 'string' && model !== '' ? { model } : {}),
    ...(isOneOf(TASK_TYPES, task) ? { task_type: task } : {}),
    ...(isOneOf(OUTCOMES, outcome) ? { outcome } : {}),
  };
}

function isOneOf<T extends string>(known: readonly T[], value: unknown): value is T {
  return known.some((one) => one === value);
}
