// The org's requests, newest first: filtered by what stands in the address, page by page.
import { Button } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { requestsQuery } from '../../api/requests.ts';
import { toInstants } from '../../format/span.ts';
import { EmptyNote } from '../../parts/EmptyNote.tsx';
import { ErrorNote } from '../../parts/ErrorNote.tsx';
import { Loading } from '../../parts/Loading.tsx';
import { PageHead } from '../../parts/PageHead.tsx';
import { SpanPicker } from '../../parts/SpanPicker.tsx';
import { useOpenedAt } from '../../useNow.ts';
import { RequestFilters } from './RequestFilters.tsx';
import { RequestsTable } from './RequestsTable.tsx';

const route = getRouteApi('/inside/requests');

export function RequestsPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { range: _range, from: _from, to: _to, ...filter } = search;
  return (
    <>
      <PageHead title="Requests">
        <SpanPicker span={search} onChange={(span) => void navigate({ search: { ...span, ...filter } })} />
      </PageHead>
      <RequestFilters />
      <section className="card" aria-label="Requests">
        <RequestPages />
      </section>
    </>
  );
}

function RequestPages() {
  const { range, from, to, ...filter } = route.useSearch();
  const span = { ...(range && { range }), ...(from && { from }), ...(to && { to }) };
  const instants = toInstants(span, useOpenedAt());
  // A span without an end of its own takes in what comes meanwhile.
  const query = useInfiniteQuery(requestsQuery(to === undefined ? { from: instants.from } : instants, filter));
  if (query.data === undefined)
    return query.isError ? <ErrorNote error={query.error} onRetry={() => void query.refetch()} /> : <Loading />;
  const requests = query.data.pages.flatMap(({ data }) => data);
  if (requests.length === 0)
    return (
      <EmptyNote>
        <strong>No request fits.</strong> Widen the range, or take a filter away.
      </EmptyNote>
    );
  return (
    <>
      <RequestsTable requests={requests} />
      <div className="row row-center spread table-foot">
        <span className="soft small">{`${requests.length} shown${query.hasNextPage ? ', there are more' : ', all there are'}`}</span>
        {query.hasNextPage && (
          <Button
            size="xs"
            variant="default"
            loading={query.isFetchingNextPage}
            onClick={() => void query.fetchNextPage()}
          >
            Show more
          </Button>
        )}
      </div>
      {query.isFetchNextPageError && <ErrorNote error={query.error} onRetry={() => void query.fetchNextPage()} />}
    </>
  );
}
