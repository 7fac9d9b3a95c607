// What was thought of the answer, and a way to say so.
import { Button } from '@mantine/core';
import { type Feedback, type Story, useGiveFeedback } from '../../api/requests.ts';
import { useMay } from '../../api/session.ts';
import { Card } from '../../parts/Card.tsx';
import { ErrorNote } from '../../parts/ErrorNote.tsx';
import { Time } from '../../parts/Time.tsx';

export function FeedbackCard({ story }: { readonly story: Story }) {
  const give = useGiveFeedback(story.request_id);
  const may = useMay('chat');
  return (
    <Card title="Feedback">
      <div className="stack">
        {story.feedback.length === 0 ? (
          <p className="soft">None was given yet.</p>
        ) : (
          <FeedbackList all={story.feedback} />
        )}
        {may && (
          <div className="row">
            <Button
              size="xs"
              variant="default"
              disabled={give.isPending}
              onClick={() => give.mutate({ score: 1, accepted: true })}
            >
              Good answer
            </Button>
            <Button
              size="xs"
              variant="default"
              disabled={give.isPending}
              onClick={() => give.mutate({ score: -1, accepted: false })}
            >
              Bad answer
            </Button>
          </div>
        )}
        {give.isError && <ErrorNote error={give.error} />}
      </div>
    </Card>
  );
}

function FeedbackList({ all }: { readonly all: readonly Feedback[] }) {
  return (
    <ul className="plain">
      {all.map((one) => (
        <li key={one.at} className="row row-center spread">
          <span>{describe(one)}</span>
          <span className="soft small">
            <Time at={one.at} />
          </span>
        </li>
      ))}
    </ul>
  );
}

function describe({ score, accepted, label }: Feedback): string {
  return [
    ...(accepted === null ? [] : [accepted ? 'accepted' : 'not accepted']),
    ...(score === null ? [] : [`score ${score}`]),
    ...(label === null ? [] : [`“${label}”`]),
  ].join(', ');
}
