// The catalog as the API shows it, now or as it was believed at a time, and what changed in it.
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { z } from 'zod';
import type { ModelEntry } from '../../api/answers.ts';
import type { ModelChangeList, PerformanceAnswer } from '../../api/auditAnswers.ts';
import type { Rating } from '../../domain/catalog.ts';
import { getJson } from './client.ts';

export type Model = z.infer<typeof ModelEntry> & {
  readonly ratings: {
    readonly source: string;
    readonly index_version?: string | null;
    readonly as_of: string;
    readonly values: readonly Rating[];
  } | null;
};
export type ModelList = {
  readonly data: readonly Model[];
  readonly total_count: number;
  readonly catalog_version: number;
};
type ChangePage = z.infer<typeof ModelChangeList>;
export type Performance = z.infer<typeof PerformanceAnswer>;
export type ModelChange = ChangePage['data'][number];

export const modelsQuery = queryOptions({
  queryKey: ['models'],
  queryFn: ({ signal }) => getJson<ModelList>('/v1/models', {}, signal),
});

/** @param asOf an instant, or nothing for now */
export function catalogQuery(asOf: string | undefined) {
  return queryOptions({
    queryKey: asOf === undefined ? modelsQuery.queryKey : ['models', asOf],
    queryFn: ({ signal }) => getJson<ModelList>('/v1/models', { as_of: asOf }, signal),
    placeholderData: keepPreviousData,
  });
}

/** Newest first; enough in one page for a model's charts. */
export function changesQuery(model?: string) {
  return infiniteQueryOptions({
    queryKey: ['model-changes', model],
    queryFn: ({ pageParam, signal }) =>
      getJson<ChangePage>('/v1/model-changes', { model, limit: 100, cursor: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next_cursor: cursor }) => cursor ?? undefined,
  });
}

/** The best rating over all efforts; undefined when none is known. */
export function ratingOf({ ratings }: Model): number | undefined {
  const known = (ratings?.values ?? []).flatMap(({ intelligence }) =>
    intelligence === undefined ? [] : [intelligence],
  );
  return known.length === 0 ? undefined : Math.max(...known);
}

/** How it answered the org's own requests, in the last 24 hours. */
export function performanceQuery(id: string) {
  return queryOptions({
    queryKey: ['performance', id],
    queryFn: ({ signal }) => getJson<Performance>(`/v1/models/${id}/performance`, {}, signal),
  });
}
