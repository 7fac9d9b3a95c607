// What stands in a view while its data comes, when it does not come, when there is none, and when it is there.
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { EmptyNote } from './EmptyNote.tsx';
import { ErrorNote } from './ErrorNote.tsx';
import { Loading } from './Loading.tsx';

type Props<T> = {
  readonly query: UseQueryResult<T>;
  readonly isEmpty?: (data: T) => boolean;
  /** What it means that there is nothing, and what to do about it. */
  readonly empty?: ReactNode;
  readonly children: (data: T) => ReactNode;
};

export function Answer<T>({ query, isEmpty, empty, children }: Props<T>) {
  if (query.data === undefined)
    return query.isError ? <ErrorNote error={query.error} onRetry={() => void query.refetch()} /> : <Loading />;
  return (
    <>
      {query.isError && <ErrorNote error={query.error} onRetry={() => void query.refetch()} />}
      {isEmpty?.(query.data) ? <EmptyNote>{empty}</EmptyNote> : children(query.data)}
    </>
  );
}
