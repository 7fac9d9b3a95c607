// Keys and budgets of one org at a time, for administrators.
import { NativeSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { orgsQuery } from '../../api/accounts.ts';
import { useSession } from '../../api/session.ts';
import { Answer } from '../../parts/Answer.tsx';
import { PageHead } from '../../parts/PageHead.tsx';
import { BudgetsCard } from './BudgetsCard.tsx';
import { KeysCard } from './KeysCard.tsx';
import { OrgCard } from './OrgCard.tsx';

const route = getRouteApi('/inside/keys');

export function KeysPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const session = useSession();
  const query = useQuery(orgsQuery);
  const orgId = search.org ?? session.org.id;
  const orgs = query.data?.data ?? [];
  return (
    <>
      <PageHead
        title="Keys and budgets"
        about="Every change here is an event, with who made it. It holds everywhere within three seconds."
      >
        {orgs.length > 1 && (
          <NativeSelect
            size="xs"
            label="Org"
            value={orgId}
            data={orgs.map(({ id, name }) => ({ value: id, label: name }))}
            onChange={(event) => void navigate({ search: { org: event.currentTarget.value } })}
          />
        )}
      </PageHead>
      <Answer
        query={query}
        isEmpty={({ data }) => !data.some(({ id }) => id === orgId)}
        empty={`There is no org ${orgId}.`}
      >
        {({ data }) => {
          const org = data.find(({ id }) => id === orgId);
          return (
            org && (
              <>
                <BudgetsCard org={org} />
                <KeysCard org={org} />
                <OrgCard org={org} />
              </>
            )
          );
        }}
      </Answer>
    </>
  );
}
