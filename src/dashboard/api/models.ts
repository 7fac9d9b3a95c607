// The catalog as the API shows it.
import { queryOptions } from '@tanstack/react-query';
import type { ModelEntry } from '../../api/answers.ts';
import type { z } from 'zod';
import { getJson } from './client.ts';

export type Model = z.infer<typeof ModelEntry>;
export type ModelList = {
  readonly data: readonly Model[];
  readonly total_count: number;
  readonly catalog_version: number;
};

export const modelsQuery = queryOptions({
  queryKey: ['models'],
  queryFn: ({ signal }) => getJson<ModelList>('/v1/models', {}, signal),
});
