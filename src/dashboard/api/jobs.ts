// The jobs, and the changes of the catalog that they held back, for administrators.
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import type { z } from 'zod';
import type { HeldAnswer, JobsAnswer } from '../../api/jobAnswers.ts';
import { getJson, sendJson } from './client.ts';

export type Jobs = z.infer<typeof JobsAnswer>;
export type Schedule = Jobs['schedules'][number];
export type JobRun = Jobs['runs'][number];
export type HeldChange = z.infer<typeof HeldAnswer>;

/** Somebody who looks at this page waits for something. */
const EVERY_MS = 3_000;

export const jobsQuery = queryOptions({
  queryKey: ['jobs'],
  queryFn: ({ signal }) => getJson<Jobs>('/v1/admin/jobs', {}, signal),
  refetchInterval: EVERY_MS,
});

export const heldQuery = queryOptions({
  queryKey: ['held'],
  queryFn: ({ signal }) => getJson<{ readonly data: readonly HeldChange[] }>('/v1/admin/catalog/held', {}, signal),
});

export function useRunJob() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (job: string) => sendJson<{ readonly job_id: string }>('POST', `/v1/admin/jobs/${job}/run`),
    onSuccess: () => client.invalidateQueries({ queryKey: jobsQuery.queryKey }),
  });
}

export function useSettleHeld() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, verdict }: { readonly id: string; readonly verdict: 'release' | 'reject' }) =>
      sendJson<{ readonly verdict: string }>('POST', `/v1/admin/catalog/held/${id}/${verdict}`),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: heldQuery.queryKey });
      await client.invalidateQueries({ queryKey: ['models'] });
      await client.invalidateQueries({ queryKey: ['model-changes'] });
    },
  });
}
