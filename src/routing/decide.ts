// ★ The decision: filter → score → order → chain. Pure: everything that it reads is an argument, and every argument is in the
// event by value or by version. What differs between its versions stands in the rules (deciders.ts).
import { createHash } from 'node:crypto';
import type { Catalog } from '../domain/catalog.ts';
import type {
  Baseline,
  Candidate,
  ChainLink,
  Decision,
  DecisionInputs,
  Exclusion,
  Health,
} from '../domain/decision.ts';
import { findModel } from '../domain/catalog.ts';
import { formatUsd } from '../domain/money.ts';
import type { Policy } from '../domain/policy.ts';
import { explain } from './explain.ts';
import { type Able, CURRENT_RULES, type Excluded, type FilterRules, filterModels, isFollowed } from './filterModels.ts';
import { type Scored, compareCosts, scoreCandidates } from './scoreCandidates.ts';

export type DecisionContext = { readonly catalog: Catalog; readonly policy: Policy; readonly health: Health };

const MOST_SHOWN = 5;

export function decide(inputs: DecisionInputs, context: DecisionContext, rules = CURRENT_RULES): Decision {
  const { able, excluded } = filterModels(context.catalog, inputs, context.policy, rules);
  const ranked = scoreCandidates(able, inputs, context, rules);
  const left = belowFloor(able, ranked);
  const exclusions = [...excluded, ...left];
  const chain = buildChain(ranked, inputs, rules);
  const baseline = chooseBaseline(inputs, context, rules, ranked);
  const winner = ranked[0];
  return {
    // Written out only when somebody asks for all of them: a routed request never does.
    get candidates() {
      return ranked.map(toCandidate);
    },
    excluded: exclusions,
    outcome: {
      chain,
      candidates: ranked.slice(0, MOST_SHOWN).map(toCandidate),
      candidateCount: ranked.length,
      exclusions: countReasons(exclusions),
      baseline,
      expectedOutputTokens: winner?.outputTokens ?? 0,
      decisionDigest: digestDecision(ranked, exclusions),
      reason: explain(inputs, { winner: winner && toCandidate(winner), count: ranked.length }, exclusions, baseline),
    },
  };
}

function toCandidate({ modelId, effort, score, parts, cost, expectedLatencyMs, notes }: Scored): Candidate {
  return {
    modelId,
    ...(effort === undefined ? {} : { effort }),
    score,
    parts,
    estimatedCostUsd: usdText(cost),
    expectedLatencyMs,
    notes: [...notes],
  };
}

function usdText(cost: bigint | undefined): string | null {
  return cost === undefined ? null : formatUsd(cost);
}

function belowFloor(able: readonly Able[], ranked: readonly Scored[]): Excluded[] {
  const stayed = new Set(ranked.map(({ modelId }) => modelId));
  return able
    .filter(({ model }) => !stayed.has(model.id))
    .map(({ model }) => ({ modelId: model.id, reason: 'quality_floor' }));
}

function link({ modelId, effort }: Scored, role: ChainLink['role']): ChainLink {
  return { modelId, ...(effort === undefined ? {} : { effort }), role };
}

/** Primary, backup (another provider if there is one), then the cheapest that is able; a named chain as it was named. */
function buildChain(ranked: readonly Scored[], { wishes }: DecisionInputs, rules: FilterRules): ChainLink[] {
  if (wishes.models.length > 0 && !isFollowed(wishes, rules))
    return (wishes.fallback ? ranked : ranked.slice(0, 1)).map((one) => link(one, 'named'));
  const [primary, ...others] = ranked;
  if (!primary) return [];
  const role = wishes.models.includes(primary.modelId) ? 'named' : 'primary';
  const backup = others.find(({ provider }) => provider !== primary.provider) ?? others[0];
  if (!wishes.fallback || !backup) return [link(primary, role)];
  const cheapest = others.filter((one) => one !== backup).sort(compareCosts)[0];
  return [link(primary, role), link(backup, 'backup'), ...(cheapest ? [link(cheapest, 'cheapest')] : [])];
}

/** The road not taken: the org's model, else the policy's, else what `best` would have chosen for the same request. */
function chooseBaseline(
  inputs: DecisionInputs,
  context: DecisionContext,
  rules: FilterRules,
  ranked: readonly Scored[],
): Baseline | null {
  const fixed = inputs.constraints.baselineModel ?? context.policy.baseline.modelId;
  const { maxCostUsd: _cost, maxPrice: _price, effort: _effort, sort: _sort, order: _order, ...wishes } = inputs.wishes;
  const model = fixed === null ? undefined : findModel(context.catalog, fixed);
  const wanted: DecisionInputs = {
    ...inputs,
    openBreakers: [],
    wishes: { ...wishes, priority: 'best', models: model ? [model.id] : [], fallback: false },
  };
  const isBest = inputs.wishes.priority === 'best' && inputs.wishes.models.length === 0 && !model;
  const unlimited =
    _cost === undefined && _price === undefined && _effort === undefined && _sort === undefined && _order === undefined;
  const best =
    isBest && unlimited && inputs.openBreakers.length === 0
      ? ranked[0]
      : scoreCandidates(filterModels(context.catalog, wanted, context.policy, rules).able, wanted, context, rules)[0];
  if (!best) return null;
  const { modelId, effort, cost } = best;
  return {
    modelId,
    ...(effort === undefined ? {} : { effort }),
    source: !model ? 'best' : inputs.constraints.baselineModel === null ? 'policy' : 'org',
    estimatedCostUsd: usdText(cost),
  };
}

function countReasons(excluded: readonly Excluded[]): Partial<Record<Exclusion, number>> {
  const counts: Partial<Record<Exclusion, number>> = {};
  for (const { reason } of excluded) counts[reason] = (counts[reason] ?? 0) + 1;
  return counts;
}

/** SHA-256 over ids, scores and exclusion codes in order of id: two decisions that differ anywhere differ here. */
export function digestDecision(
  candidates: readonly { readonly modelId: string; readonly effort?: Candidate['effort']; readonly score: number }[],
  excluded: readonly Excluded[],
): string {
  const lines = [
    ...candidates.map(({ modelId, effort, score }) => `${modelId}\t${effort ?? ''}\t${score}`),
    ...excluded.map(({ modelId, reason }) => `${modelId}\t!${reason}`),
  ];
  return createHash('sha256').update(lines.sort().join('\n')).digest('hex');
}
