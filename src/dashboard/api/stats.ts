// Requests, money and latency over time.
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { z } from 'zod';
import type { StatsAnswer } from '../../api/auditAnswers.ts';
import { type Instants, bucketOf } from '../format/span.ts';
import { getJson } from './client.ts';

export type Stats = z.infer<typeof StatsAnswer>;
export type Totals = Stats['totals'];
export type StatPoint = Stats['series'][number];
export type Grouping = 'none' | 'model' | 'task_type';

export function statsQuery(instants: Instants, group: Grouping) {
  const params = { ...instants, bucket: bucketOf(instants), group };
  return queryOptions({
    queryKey: ['stats', params],
    queryFn: ({ signal }) => getJson<Stats>('/v1/stats', params, signal),
    placeholderData: keepPreviousData,
  });
}
