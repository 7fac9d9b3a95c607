// What was asked and answered, word for word, where the org has it kept. Shown on demand: it may be private, and long.
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { type Content, type Story, contentQuery } from '../../api/requests.ts';
import { Answer } from '../../parts/Answer.tsx';
import { Card } from '../../parts/Card.tsx';
import { Time } from '../../parts/Time.tsx';

export function ContentCard({ story }: { readonly story: Story }) {
  const [isOpen, setOpen] = useState(false);
  if (!story.content_kept) return null;
  return (
    <Card
      title="What was said"
      note={
        <Button size="compact-xs" variant="default" onClick={() => setOpen(!isOpen)}>
          {isOpen ? 'Hide' : 'Show'}
        </Button>
      }
    >
      {isOpen ? <Shown id={story.request_id} /> : <p className="soft">Your org has prompts and answers kept.</p>}
    </Card>
  );
}

function Shown({ id }: { readonly id: string }) {
  const query = useQuery(contentQuery(id));
  return <Answer query={query}>{(content) => <Bodies content={content} />}</Answer>;
}

function Bodies({ content: { request, answer, expires_at: end } }: { readonly content: Content }) {
  return (
    <div className="stack">
      <Body title="Asked" text={indent(request.body)} />
      <Body
        title={`Answered, status ${answer.status}`}
        text={answer.body === null ? 'It was longer than what is kept.' : indent(answer.body)}
      />
      <p className="soft small">
        Kept until <Time at={end} />
      </p>
    </div>
  );
}

function Body({ title, text }: { readonly title: string; readonly text: string }) {
  return (
    <section className="stack" aria-label={title}>
      <h3 className="field-label">{title}</h3>
      <pre className="body-text">{text}</pre>
    </section>
  );
}

/** JSON as people read it; anything else, a stream for instance, as it was sent. */
function indent(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch (error) {
    if (error instanceof SyntaxError) return body;
    throw error;
  }
}
