// The list, the story and the money of recorded requests, as the API shows them. Pure.
import type { Catalog } from '../domain/catalog.ts';
import { chargedUsd } from '../domain/markup.ts';
import { type PicoUsd, formatUsd } from '../domain/money.ts';
import type { EventData } from '../domain/events.ts';
import type { Policy } from '../domain/policy.ts';
import { costOf } from '../domain/usage.ts';
import type { RequestSummary } from '../readmodels/requests.ts';
import type { RequestEvents, StoryEvent } from '../replay/history.ts';
import { scoreWeights } from '../routing/scoreWeights.ts';
import type { Replayed } from '../replay/replayDecision.ts';
import { numberOf } from './openaiFormat.ts';

export function toRequestEntry(summary: RequestSummary): object {
  const { cost_usd, savings_usd, created_at, ...rest } = summary;
  return {
    ...rest,
    created_at: created_at.toISOString(),
    cost: numberOf(cost_usd),
    cost_usd,
    savings: numberOf(savings_usd),
    savings_usd,
  };
}

export type Story = {
  readonly request: RequestEvents;
  readonly summary: RequestSummary;
  /** Undefined when a newer release took the decision: then only what its event holds is shown. */
  readonly replayed: Replayed | undefined;
  readonly catalog: Catalog;
  readonly policy: Policy;
  readonly feedback: readonly EventData<'FeedbackGiven'>[];
  readonly contentKept: boolean;
  readonly events: readonly StoryEvent[];
};

export function toStory({ request, summary, replayed, catalog, policy, feedback, contentKept, events }: Story): object {
  const { routed, attempts, completed } = request;
  const { inputs, outcome } = routed;
  return {
    request_id: routed.requestId,
    summary: toRequestEntry(summary),
    decision: routed,
    features: inputs.features,
    wishes: inputs.wishes,
    constraints: inputs.constraints,
    weights: scoreWeights(policy, inputs.wishes),
    candidates: replayed?.decision.candidates ?? outcome.candidates,
    excluded: (replayed?.decision.excluded ?? []).map(({ modelId, reason }) => ({ model: modelId, reason })),
    chain: outcome.chain,
    baseline: outcome.baseline,
    attempts,
    completion: completed ?? null,
    money: toMoney(request, catalog),
    versions: {
      catalog: routed.catalogVersion,
      policy: routed.policyVersion,
      decider: routed.deciderVersion,
      describer: routed.describerVersion,
      health: routed.health,
    },
    replay: { equal: replayed?.equal ?? null },
    explanation: explainStory(request, replayed),
    feedback: feedback.map(toFeedbackEntry),
    content_kept: contentKept,
    events: events.map(({ type, revision, at, data }) => ({ type, revision, at, data })),
  };
}

export function toFeedbackEntry({ at, score, accepted, label }: EventData<'FeedbackGiven'>): object {
  return { at, score, accepted, label };
}

const LABELS: Readonly<Record<string, string>> = {
  input: 'input',
  output: 'output',
  cachedInput: 'cached input',
  cacheWrite5m: 'cache write, 5 minutes',
  cacheWrite1h: 'cache write, 1 hour',
  reasoning: 'reasoning',
  image: 'images',
  webSearch: 'web searches',
  request: 'request',
};

/** Every line of the bill, attempt by attempt, at the prices of the catalog that the decision named. */
function toMoney({ routed, attempts, completed }: RequestEvents, catalog: Catalog): object {
  const lines = attempts.flatMap(({ attempt, modelId, usage }) => {
    const cost = usage ? costOf(usage, catalog.models.get(modelId)?.prices, routed.inputs.at) : undefined;
    return (cost?.lines ?? []).map(({ line, pricedAs, count, price, amount }) => ({
      attempt,
      model: modelId,
      label: LABELS[line] ?? line,
      priced_as: LABELS[pricedAs] ?? pricedAs,
      tokens: count,
      price_per_token: price,
      amount_usd: formatUsd(amount satisfies PicoUsd),
    }));
  });
  return {
    lines,
    cost_usd: completed?.costUsd ?? null,
    baseline_model: completed?.baselineModelId ?? routed.outcome.baseline?.modelId ?? null,
    baseline_source: routed.outcome.baseline?.source ?? null,
    baseline_usd: completed?.baselineCostUsd ?? null,
    savings_usd: completed?.savingsUsd ?? null,
    markup_usd: completed?.markupUsd ?? null,
    charged_usd: completed ? chargedUsd(completed.costUsd, completed.markupUsd) : null,
    reported_usd: attempts.at(-1)?.usage?.reportedCostUsd ?? null,
    estimated_usage: completed?.usage?.estimated ?? false,
    catalog_version: routed.catalogVersion,
  };
}

/** The whole request in sentences. */
export function explainStory({ routed, attempts, completed }: RequestEvents, replayed: Replayed | undefined): string {
  const { outcome } = routed;
  const sentences = [outcome.reason];
  for (const { attempt, modelId, outcome: result, durationMs } of attempts) {
    const how = result === 'succeeded' ? 'answered' : `did not answer (${result})`;
    sentences.push(`Attempt ${attempt}: ${modelId} ${how} after ${Math.round(durationMs)} ms.`);
  }
  sentences.push(...explainEnd(completed));
  sentences.push(
    `It was decided by decider ${routed.deciderVersion} with catalog ${routed.catalogVersion} and policy ${routed.policyVersion}; ` +
      sayReplay(replayed),
  );
  return sentences.join(' ');
}

function sayReplay(replayed: Replayed | undefined): string {
  if (!replayed) return 'this release does not have that decider, so it cannot be decided again here.';
  return replayed.equal
    ? 'decided again now, it comes out the same.'
    : 'decided again now, it comes out DIFFERENT: see its replay.';
}

function explainEnd(completed: RequestEvents['completed']): string[] {
  if (!completed) return ['It has no end on record yet.'];
  const { outcome, errorCode, costUsd, baselineModelId, baselineCostUsd, savingsUsd } = completed;
  const end = outcome === 'succeeded' ? [] : [`The caller was told ${errorCode ?? outcome}.`];
  if (costUsd === null) return [...end, 'What it cost is not known, because a price is missing.'];
  if (baselineModelId === null || baselineCostUsd === null || savingsUsd === null)
    return [...end, `It cost $${costUsd}.`];
  return [
    ...end,
    `It cost $${costUsd}; ${baselineModelId} would have cost an estimated $${baselineCostUsd}, so it saved $${savingsUsd}.`,
  ];
}
