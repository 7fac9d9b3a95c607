// What the org used in a span, by model, task type and day.
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { UsageReport } from '../../readmodels/usage.ts';
import type { Instants } from '../format/span.ts';
import { getJson } from './client.ts';

export type Usage = UsageReport & Instants;

export function usageQuery({ from, to }: Instants) {
  return queryOptions({
    queryKey: ['usage', from, to],
    queryFn: ({ signal }) => getJson<Usage>('/v1/usage', { from, to }, signal),
    placeholderData: keepPreviousData,
  });
}
