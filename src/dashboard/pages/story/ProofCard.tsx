// Which versions decided, and whether the decision and every amount come out the same when they are computed again now.
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type Replay, type Story, replayQuery } from '../../api/requests.ts';
import { Answer } from '../../parts/Answer.tsx';
import { Card } from '../../parts/Card.tsx';
import { Facts } from '../../parts/Facts.tsx';

export function ProofCard({ story }: { readonly story: Story }) {
  const { versions, decision, request_id: id } = story;
  const query = useQuery(replayQuery(id));
  return (
    <Card
      title="Proof"
      note={
        <Button size="compact-xs" variant="default" loading={query.isFetching} onClick={() => void query.refetch()}>
          Replay again
        </Button>
      }
    >
      <div className="stack">
        <Answer query={query}>{(replay) => <Verdict replay={replay} />}</Answer>
        <Facts
          facts={[
            ['Catalog', `version ${versions.catalog}`],
            ['Policy', `version ${versions.policy}`],
            ['Decider', `version ${versions.decider}, describer ${versions.describer}`],
            ['Digest', <code key="digest">{decision.outcome.decisionDigest}</code>],
          ]}
        />
      </div>
    </Card>
  );
}

function Verdict({ replay: { equal, differences, money } }: { readonly replay: Replay }) {
  const all = [...differences, ...money.differences];
  if (equal && money.equal)
    return (
      <p>
        <span className="tag tag-good">same</span> Decided again from its record just now: the same models, scores and
        amounts.
      </p>
    );
  return (
    <div className="stack">
      <p>
        <span className="tag tag-bad">different</span> Computed again now, {all.length} values differ.
      </p>
      <Facts
        facts={all.map(({ path, recorded, recomputed }) => [
          path,
          `${JSON.stringify(recorded)} → ${JSON.stringify(recomputed)}`,
        ])}
      />
    </div>
  );
}
