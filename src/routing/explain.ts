// A decision in one sentence for people. Pure; the sentence is kept in the event.
import type { Baseline, Candidate, DecisionInputs } from '../domain/decision.ts';
import type { Excluded } from './filterModels.ts';

const MOST_LETTERS = 500;

export function explain(
  { features, wishes }: DecisionInputs,
  { winner, count }: { readonly winner: Candidate | undefined; readonly count: number },
  excluded: readonly Excluded[],
  baseline: Baseline | null,
): string {
  if (!winner) return clip(`No model could take this ${features.taskType} request: ${reasons(excluded)}.`);
  const effort = winner.effort === undefined ? '' : ` at effort ${winner.effort}`;
  if (wishes.models.includes(winner.modelId)) return clip(`${winner.modelId}${effort} was named by the caller.`);
  const cost = winner.estimatedCostUsd === null ? 'cost not known' : `estimated ${dollars(winner.estimatedCostUsd)}`;
  const against =
    baseline?.estimatedCostUsd == null || baseline.modelId === winner.modelId
      ? ''
      : `, against ${dollars(baseline.estimatedCostUsd)} of the baseline ${baseline.modelId}`;
  return clip(
    `${winner.modelId}${effort} was chosen for ${features.taskType} (confidence ${features.confidence.toFixed(2)}): ` +
      `best score ${winner.score.toFixed(3)} of ${count} candidates at priority ${wishes.priority}; ${cost}${against}.`,
  );
}

/** The commonest reasons first, at most five. */
export function reasons(excluded: readonly Excluded[]): string {
  const counts = new Map<string, number>();
  for (const { reason } of excluded) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts]
    .filter(([reason]) => reason !== 'not_named')
    .sort(([a, countA], [b, countB]) => countB - countA || (a < b ? -1 : 1))
    .slice(0, 5)
    .map(([reason, count]) => `${count} × ${reason}`)
    .join(', ');
}

function dollars(usd: string): string {
  return `$${Number(usd).toPrecision(3)}`;
}

function clip(text: string): string {
  return text.length <= MOST_LETTERS ? text : `${text.slice(0, MOST_LETTERS - 1)}…`;
}
