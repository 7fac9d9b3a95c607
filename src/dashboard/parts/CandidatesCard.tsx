// Every model that could have answered, best first, its score split into what made it; and those that could not, with the reason.
import { useState } from 'react';
import type { Baseline, Candidate, ChainLink, ScoreParts } from '../../domain/decision.ts';
import { CandidateRow } from './CandidateRow.tsx';
import { Card } from './Card.tsx';
import { ExcludedModels } from './ExcludedModels.tsx';
import { Legend } from './Legend.tsx';
import { PARTS } from './scoreParts.ts';

export type ShownDecision = {
  readonly candidates: readonly Candidate[];
  readonly chain: readonly ChainLink[];
  readonly weights: ScoreParts;
  readonly baseline: Baseline | null;
  readonly excluded: readonly { readonly model: string; readonly reason: string }[];
};

const FEW = 8;

export function CandidatesCard({
  decision,
  title = 'Candidates',
}: {
  readonly decision: ShownDecision;
  readonly title?: string;
}) {
  const { candidates, weights, excluded } = decision;
  const [all, setAll] = useState(false);
  const shown = all ? candidates : candidates.slice(0, FEW);
  return (
    <Card title={title} note={`${candidates.length} could answer, ${excluded.length} could not`}>
      <div className="stack">
        {candidates.length > 0 && (
          <>
            <Legend
              series={PARTS.map(({ name, label, colour }) => ({
                colour,
                label: `${label} × ${weights[name].toFixed(2)}`,
              }))}
            />
            <CandidatesTable shown={shown} decision={decision} />
          </>
        )}
        {candidates.length > FEW && (
          <button type="button" className="quiet-button more-button" onClick={() => setAll(!all)}>
            {all ? 'Show the best only' : `Show all ${candidates.length}`}
          </button>
        )}
        <ExcludedModels excluded={excluded} />
      </div>
    </Card>
  );
}

type TableProps = { readonly shown: readonly Candidate[]; readonly decision: ShownDecision };

function CandidatesTable({ shown, decision: { chain, weights, baseline } }: TableProps) {
  return (
    // It scrolls, so it must be reachable by keyboard.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className="table-frame" tabIndex={0} role="region" aria-label="Candidates with their scores">
      <table className="table">
        <thead>
          <tr>
            <th scope="col">Model</th>
            <th scope="col" className="right">
              Score
            </th>
            <th scope="col" className="candidate-bar">
              Made of
            </th>
            <th scope="col" className="right">
              Est. cost
            </th>
            <th scope="col" className="right wide">
              Expected
            </th>
            <th scope="col" className="wide">
              Notes
            </th>
          </tr>
        </thead>
        <tbody>
          {shown.map((candidate) => (
            <CandidateRow
              key={`${candidate.modelId} ${candidate.effort ?? ''}`}
              candidate={candidate}
              weights={weights}
              role={chain.find(({ modelId }) => modelId === candidate.modelId)?.role}
              isBaseline={baseline?.modelId === candidate.modelId}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}
