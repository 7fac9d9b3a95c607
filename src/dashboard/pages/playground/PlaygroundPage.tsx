// Type a prompt: see whom the router would choose and why, then the answer as it comes and what it cost.
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { type ChatDone, type Decision, type Question, ask, decideFor } from '../../api/playground.ts';
import { CandidatesCard } from '../../parts/CandidatesCard.tsx';
import { ErrorNote } from '../../parts/ErrorNote.tsx';
import { PageHead } from '../../parts/PageHead.tsx';
import { AnswerCard } from './AnswerCard.tsx';
import { DecisionCard } from './DecisionCard.tsx';
import { QuestionForm } from './QuestionForm.tsx';

export function PlaygroundPage() {
  const play = usePlay();
  return (
    <>
      <PageHead
        title="Playground"
        about="See the decision first, then the answer. What is sent counts, and costs, like any request."
      />
      <QuestionForm
        onDecide={play.decide.mutate}
        onAsk={play.ask.mutate}
        onStop={play.stop}
        isAsking={play.ask.isPending}
      />
      {play.decide.isError && <ErrorNote error={play.decide.error} />}
      {play.decision && <DecisionCard decision={play.decision} />}
      {(play.ask.isPending || play.text !== '' || play.ask.data) && (
        <AnswerCard text={play.text} isComing={play.ask.isPending} done={play.ask.data} />
      )}
      {play.ask.isError && <ErrorNote error={play.ask.error} />}
      {play.decision && (
        <CandidatesCard title="Who else could answer, at what cost" decision={toShown(play.decision)} />
      )}
    </>
  );
}

function usePlay() {
  const [text, setText] = useState('');
  const [stopping, setStopping] = useState<AbortController>();
  const decide = useMutation({ mutationFn: (question: Question) => decideFor(question) });
  const asking = useMutation<ChatDone, Error, Question>({
    async mutationFn(question) {
      const stop = new AbortController();
      setStopping(stop);
      setText('');
      await decide.mutateAsync(question);
      return await ask(question, (piece) => setText((old) => old + piece), stop.signal);
    },
  });
  return { decide, ask: asking, text, decision: decide.data, stop: () => stopping?.abort() };
}

function toShown({ considered_models: candidates, excluded_models: excluded, chain, weights, baseline }: Decision) {
  return {
    candidates,
    chain,
    weights,
    baseline,
    excluded: excluded.map(({ modelId, reason }) => ({ model: modelId, reason })),
  };
}
