// What of the list of requests stands in its address.
import type { RequestFilter } from '../../api/requests.ts';
import { type Span, readSpan } from '../../format/span.ts';

export type RequestsSearch = Span & RequestFilter;

const OUTCOMES = ['succeeded', 'failed', 'cancelled', 'abandoned', 'running'] as const;
const TASK_TYPES = ['chat', 'coding', 'reasoning', 'summarization', 'translation', 'image', 'agent_step'] as const;
export const CHOICES = { outcome: OUTCOMES, task_type: TASK_TYPES } as const;

export function readRequestsSearch(search: Record<string, unknown>): RequestsSearch {
  const { model, task_type: task, outcome, q } = search;
  return {
    ...readSpan(search),
    ...(typeof model === 'string' && model !== '' ? { model } : {}),
    ...(isOneOf(TASK_TYPES, task) ? { task_type: task } : {}),
    ...(toText(q) === '' ? {} : { q: toText(q) }),
    ...(isOneOf(OUTCOMES, outcome) ? { outcome } : {}),
  };
}

/** A text of digits alone comes out of an address as a number. */
function toText(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value).trim().slice(0, 200) : '';
}

function isOneOf<T extends string>(known: readonly T[], value: unknown): value is T {
  return known.some((one) => one === value);
}
