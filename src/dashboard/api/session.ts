// Who looks at the page: the session as the API tells it.
import { type QueryClient, queryOptions, useMutation, useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import type { SessionAnswer } from '../../api/answers.ts';
import { getJson, rememberToken, sendJson } from './client.ts';

export type SignedIn = Extract<SessionAnswer, { signed_in: true }>;
export type SignInWith = { readonly api_key: string } | { readonly sign_in_token: string };

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: async ({ signal }) => remember(await getJson<SessionAnswer>('/v1/session', {}, signal)),
  // Another tab may have signed in anew: its token is learned when one comes back.
  staleTime: 30_000,
});

/** Only for pages behind the sign-in, where there is a session. */
export function useSession(): SignedIn {
  const { data } = useSuspenseQuery(sessionQuery);
  if (!data.signed_in) throw new Error('this page stands behind the sign-in');
  return data;
}

export function useMay(scope: 'admin' | 'chat' | 'read'): boolean {
  return useSession().scopes.includes(scope);
}

export async function signIn(client: QueryClient, credentials: SignInWith): Promise<void> {
  const answer = remember(await sendJson<SessionAnswer>('POST', '/v1/session', credentials));
  client.clear();
  client.setQueryData(sessionQuery.queryKey, answer);
}

/** Leaves the page afresh, so that nothing that was read stays in it. */
export function useSignOut() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => sendJson<SessionAnswer>('DELETE', '/v1/session'),
    onSuccess: () => {
      client.clear();
      window.location.assign('/sign-in');
    },
  });
}

function remember(answer: SessionAnswer): SessionAnswer {
  rememberToken(answer.signed_in ? answer.csrf_token : '');
  return answer;
}
