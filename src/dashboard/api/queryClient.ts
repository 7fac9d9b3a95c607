// How long answers stay fresh, and what is tried again: what the router refused on purpose is not.
import { QueryCache, QueryClient } from '@tanstack/react-query';
import { ApiError, addressOf } from './client.ts';

const FRESH_MS = 15_000;
const TRIES = 2;

export function createQueryClient(): QueryClient {
  return new QueryClient({
    queryCache: new QueryCache({ onError: leaveWhenSignedOut }),
    defaultOptions: {
      queries: {
        staleTime: FRESH_MS,
        retry: (failures, error) => failures < TRIES && isPassing(error),
      },
      mutations: { retry: false },
    },
  });
}

/** The session is over, or its key was revoked: back to the sign-in, and from there to where one was. */
function leaveWhenSignedOut(error: unknown): void {
  if (error instanceof ApiError && error.status === 401) leaveToSignIn();
}

export function leaveToSignIn(): void {
  const { pathname, search } = window.location;
  if (pathname !== '/sign-in') window.location.assign(addressOf('/sign-in', { to: `${pathname}${search}` }));
}

function isPassing(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 0 || error.status === 503);
}
