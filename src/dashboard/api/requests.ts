// The org's requests: the list, and one request's story.
import {
  infiniteQueryOptions,
  keepPreviousData,
  queryOptions,
  useMutation,
  useQueryClient,
} from '@tanstack/react-query';
import type { z } from 'zod';
import type {
  ContentAnswer,
  FeedbackAnswer,
  ReplayAnswer,
  RequestEntry,
  RequestList,
  StoryAnswer,
} from '../../api/auditAnswers.ts';
import type { EventData } from '../../domain/events.ts';
import type { Instants } from '../format/span.ts';
import { getJson, sendJson } from './client.ts';

export type Request = z.infer<typeof RequestEntry>;
type Page = z.infer<typeof RequestList>;
export type RequestFilter = {
  readonly model?: string;
  readonly task_type?: string;
  readonly outcome?: string;
  readonly q?: string;
};
export type Attempt = EventData<'ProviderAttempted'>;
export type Story = Omit<z.infer<typeof StoryAnswer>, 'attempts' | 'decision'> & {
  readonly attempts: readonly Attempt[];
  readonly decision: EventData<'RequestRouted'>;
};
export type Replay = z.infer<typeof ReplayAnswer>;
export type Content = z.infer<typeof ContentAnswer>;
export type Feedback = Story['feedback'][number];
export type Opinion = { readonly score?: number; readonly accepted?: boolean; readonly label?: string };

const PAGE = 50;

export function requestsQuery(instants: Partial<Instants>, filter: RequestFilter) {
  const params = { ...instants, ...filter, limit: PAGE };
  return infiniteQueryOptions({
    queryKey: ['requests', params],
    queryFn: ({ pageParam, signal }) => getJson<Page>('/v1/requests', { ...params, cursor: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    placeholderData: keepPreviousData,
    getNextPageParam: ({ next_cursor: cursor }) => cursor ?? undefined,
  });
}

export function storyQuery(id: string) {
  return queryOptions({
    queryKey: ['story', id],
    queryFn: ({ signal }) => getJson<Story>(`/v1/requests/${encodeURIComponent(id)}`, {}, signal),
  });
}

export function replayQuery(id: string) {
  return queryOptions({
    queryKey: ['replay', id],
    queryFn: ({ signal }) => getJson<Replay>(`/v1/requests/${encodeURIComponent(id)}/replay`, {}, signal),
  });
}

export function contentQuery(id: string) {
  return queryOptions({
    queryKey: ['content', id],
    queryFn: ({ signal }) => getJson<Content>(`/v1/requests/${encodeURIComponent(id)}/content`, {}, signal),
  });
}

export function useGiveFeedback(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (opinion: Opinion) =>
      sendJson<z.infer<typeof FeedbackAnswer>>('POST', `/v1/requests/${encodeURIComponent(id)}/feedback`, opinion),
    onSuccess: () => client.invalidateQueries({ queryKey: storyQuery(id).queryKey }),
  });
}
