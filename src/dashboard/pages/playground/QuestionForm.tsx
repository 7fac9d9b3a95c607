// The prompt and the caller's wishes.
import { Button, TextInput, Textarea } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import type { Question } from '../../api/playground.ts';
import { Choice } from '../../parts/Choice.tsx';

type Props = {
  readonly onDecide: (question: Question) => void;
  readonly onAsk: (question: Question) => void;
  readonly onStop: () => void;
  readonly isAsking: boolean;
};

const PRIORITIES = [
  { value: 'cheap', label: 'Cheap' },
  { value: 'balanced', label: 'Balanced' },
  { value: 'best', label: 'Best' },
] as const;
const LATENCIES = [
  { value: 'normal', label: 'Normal' },
  { value: 'fast', label: 'Fast' },
] as const;

export function QuestionForm({ onDecide, onAsk, onStop, isAsking }: Props) {
  const [prompt, setPrompt] = useState('');
  const [priority, setPriority] = useState<Question['priority']>('balanced');
  const [latency, setLatency] = useState<Question['latency_pref']>('normal');
  const [maxCost, setMaxCost] = useState('');
  const question: Question = {
    messages: [{ role: 'user', content: prompt }],
    priority,
    latency_pref: latency,
    ...(maxCost === '' ? {} : { max_cost: Number(maxCost) }),
  };
  return (
    <form
      className="card stack"
      onSubmit={(event) => {
        event.preventDefault();
        onAsk(question);
      }}
    >
      <Textarea
        label="Prompt"
        placeholder="Write a haiku about SQL"
        rows={4}
        value={prompt}
        onChange={(event) => setPrompt(event.currentTarget.value)}
      />
      <div className="row wishes">
        <Labelled label="Priority">
          <Choice label="Priority" choices={PRIORITIES} value={priority} onChange={setPriority} />
        </Labelled>
        <Labelled label="Latency">
          <Choice label="Latency" choices={LATENCIES} value={latency} onChange={setLatency} />
        </Labelled>
        <TextInput
          size="xs"
          label="At most, USD"
          placeholder="no limit"
          inputMode="decimal"
          value={maxCost}
          error={isPrice(maxCost) ? undefined : 'An amount such as 0.002'}
          onChange={(event) => setMaxCost(event.currentTarget.value)}
        />
        <Actions
          isEmpty={prompt.trim() === '' || !isPrice(maxCost)}
          isAsking={isAsking}
          onDecide={() => onDecide(question)}
          onStop={onStop}
        />
      </div>
    </form>
  );
}

type ActionProps = {
  readonly isEmpty: boolean;
  readonly isAsking: boolean;
  readonly onDecide: () => void;
  readonly onStop: () => void;
};

function Actions({ isEmpty, isAsking, onDecide, onStop }: ActionProps) {
  return (
    <span className="row push">
      <Button size="xs" variant="default" disabled={isEmpty || isAsking} onClick={onDecide}>
        Show the decision
      </Button>
      {isAsking ? (
        <Button size="xs" variant="default" onClick={onStop}>
          Stop
        </Button>
      ) : (
        <Button size="xs" type="submit" disabled={isEmpty}>
          Send
        </Button>
      )}
    </span>
  );
}

function Labelled({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <div>
      <div className="field-label" aria-hidden="true">
        {label}
      </div>
      {children}
    </div>
  );
}

function isPrice(text: string): boolean {
  return text === '' || Number(text) > 0;
}
