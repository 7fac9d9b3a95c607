// Whom the router would choose now, and why, in one sentence.
import type { Decision } from '../../api/playground.ts';
import { formatCount, formatShare, formatUsd, toWords } from '../../format/figures.ts';
import { formatDuration } from '../../format/times.ts';
import { Card } from '../../parts/Card.tsx';
import { Facts } from '../../parts/Facts.tsx';
import { ModelLink } from '../../parts/ModelLink.tsx';

export function DecisionCard({ decision }: { readonly decision: Decision }) {
  const { chain, considered_models: candidates, features, baseline, reason } = decision;
  const [winner] = candidates;
  return (
    <Card
      title="The decision"
      note={`catalog ${decision.catalog_version}, policy ${decision.policy_version}, decider ${decision.decider_version}`}
    >
      <div className="stack">
        <p className="prose">{reason}</p>
        <Facts
          facts={[
            [
              'Chain',
              <span key="chain" className="tags">
                {chain.map(({ modelId, role }) => (
                  <span key={modelId}>
                    <ModelLink id={modelId} /> <span className="tag">{role}</span>
                  </span>
                ))}
              </span>,
            ],
            ['Task type', `${toWords(features.taskType)}, ${formatShare(features.confidence, 0)} sure`],
            ['Prompt', `${formatCount(features.inputTokens)} tokens estimated`],
            ['Expected', `${formatUsd(winner?.estimatedCostUsd)} in ${formatDuration(winner?.expectedLatencyMs)}`],
            ['Baseline', baseline ? `${baseline.modelId}, ${formatUsd(baseline.estimatedCostUsd)}` : 'none'],
          ]}
        />
      </div>
    </Card>
  );
}
