// One request's story: what was asked for, who could have answered, who did, what it cost, and whether it would be decided so again.
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { type Story, storyQuery } from '../../api/requests.ts';
import { Answer } from '../../parts/Answer.tsx';
import { Card } from '../../parts/Card.tsx';
import { OutcomeTag } from '../../parts/OutcomeTag.tsx';
import { PageHead } from '../../parts/PageHead.tsx';
import { Time } from '../../parts/Time.tsx';
import { CandidatesCard } from '../../parts/CandidatesCard.tsx';
import { AttemptsCard } from './AttemptsCard.tsx';
import { AskedCard } from './AskedCard.tsx';
import { ContentCard } from './ContentCard.tsx';
import { FeedbackCard } from './FeedbackCard.tsx';
import { MoneyCard } from './MoneyCard.tsx';
import { ProofCard } from './ProofCard.tsx';
import { StoryFigures } from './StoryFigures.tsx';

const route = getRouteApi('/inside/requests/$id');

export function StoryPage() {
  const { id } = route.useParams();
  const query = useQuery(storyQuery(id));
  return (
    <>
      <PageHead title="Request" about={<code>{id}</code>}>
        {query.data && (
          <span className="row row-center">
            <OutcomeTag request={query.data.summary} />
            <span className="soft">
              <Time at={query.data.summary.created_at} />
            </span>
          </span>
        )}
      </PageHead>
      <Answer query={query}>{(story) => <StoryBody story={story} />}</Answer>
    </>
  );
}

function StoryBody({ story }: { readonly story: Story }) {
  const { candidates, excluded, chain, weights, baseline } = story;
  return (
    <>
      <StoryFigures story={story} />
      <Card title="In words">
        <p className="prose">{story.explanation}</p>
      </Card>
      <CandidatesCard decision={{ candidates, chain, weights, baseline, excluded }} />
      <div className="columns">
        <div className="pile">
          <AskedCard story={story} />
          <MoneyCard story={story} />
          <ContentCard story={story} />
        </div>
        <div className="pile">
          <AttemptsCard story={story} />
          <ProofCard story={story} />
          <FeedbackCard story={story} />
        </div>
      </div>
    </>
  );
}
