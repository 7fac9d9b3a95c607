// Past requests through another policy: what it would have cost, who would have answered, which requests would move.
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { policyQuery, whatIfQuery } from '../../api/whatIf.ts';
import { toInstants } from '../../format/span.ts';
import { Answer } from '../../parts/Answer.tsx';
import { PageHead } from '../../parts/PageHead.tsx';
import { SpanPicker } from '../../parts/SpanPicker.tsx';
import { useOpenedAt } from '../../useNow.ts';
import { TrialForm } from './TrialForm.tsx';
import { WhatIfResult } from './WhatIfResult.tsx';
import { GROUPS, type Trial, type WhatIfSearch, toPatch, toSearch, toTrial, trialOf } from './search.ts';

const route = getRouteApi('/inside/what-if');

export function WhatIfPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const policy = useQuery(policyQuery);
  const { normal, fast, quality } = search;
  return (
    <>
      <PageHead title="What if" about="Your recorded requests, decided again by another policy. Nothing is changed.">
        <SpanPicker
          span={search}
          onChange={(span) =>
            void navigate({
              search: { ...span, ...(normal && { normal }), ...(fast && { fast }), ...(quality && { quality }) },
            })
          }
        />
      </PageHead>
      <Answer query={policy}>
        {({ policy: active, version }) => (
          <Comparison search={search} active={toTrial(active)} label={`${active.label}, version ${version}`} />
        )}
      </Answer>
    </>
  );
}

type Props = { readonly search: WhatIfSearch; readonly active: Trial; readonly label: string };

function Comparison({ search, active, label }: Props) {
  const navigate = route.useNavigate();
  const isTried = GROUPS.some((group) => search[group] !== undefined);
  const trial = trialOf(search, active);
  const query = useQuery(whatIfQuery(toInstants(search, useOpenedAt()), isTried ? toPatch(trial) : undefined));
  return (
    <>
      <TrialForm
        // A trial that comes by the address replaces what was being edited.
        key={JSON.stringify(trial)}
        trial={trial}
        active={active}
        label={label}
        isRunning={query.isFetching}
        onTry={(tried) => void navigate({ search: (old) => ({ ...old, ...toSearch(tried) }) })}
      />
      {isTried && (
        <Answer
          query={query}
          isEmpty={({ requests }) => requests === 0}
          empty="There is no request in this span to compare: choose a longer one."
        >
          {(result) => <WhatIfResult result={result} />}
        </Answer>
      )}
    </>
  );
}
