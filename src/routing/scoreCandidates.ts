// Scores and order. Every part is in 0..1 against fixed anchors of the policy, so no candidate changes another's score. Pure.
import type { Catalog } from '../domain/catalog.ts';
import type { Effort } from '../domain/chat.ts';
import type { Candidate, DecisionInputs, Health, ScoreParts } from '../domain/decision.ts';
import type { Policy } from '../domain/policy.ts';
import { type Able, type FilterRules, isFollowed } from './filterModels.ts';
import { expectLatency } from './latency.ts';
import { judgeQuality } from './quality.ts';

/** A candidate with what ordering needs besides. `cost` is the exact estimate in pico-dollars. */
export type Scored = Omit<Candidate, 'effort' | 'estimatedCostUsd'> & {
  readonly effort: Effort | undefined;
  readonly provider: string;
  readonly cost: bigint | undefined;
  readonly outputTokens: number;
};

export function scoreCandidates(
  able: readonly Able[],
  inputs: DecisionInputs,
  context: { readonly catalog: Catalog; readonly policy: Policy; readonly health: Health },
  rules: FilterRules,
): Scored[] {
  const scored = able.map((one) => scoreOne(one, inputs, context));
  const floor = context.policy.qualityFloor[inputs.wishes.priority];
  return orderCandidates(goodEnough(scored, floor, inputs.wishes, rules), inputs);
}

function goodEnough(
  scored: readonly Scored[],
  floor: number,
  wishes: DecisionInputs['wishes'],
  rules: FilterRules,
): readonly Scored[] {
  const { models, order } = wishes;
  const isNamed = ({ modelId }: Scored): boolean => models.includes(modelId);
  if (rules.namedAsTheyAre && models.length > 0) {
    if (!isFollowed(wishes, rules)) return scored;
    // What follows it is chosen, and held to the floor.
    const others = scored.filter((one) => !isNamed(one));
    return [...scored.filter(isNamed), ...aboveFloor(others, floor)];
  }
  if (!rules.floorByPreference || !order) return aboveFloor(scored, floor);
  const rest = scored.filter(({ provider }) => !order.includes(provider));
  return [
    ...[...new Set(order)].flatMap((name) =>
      aboveFloor(
        scored.filter(({ provider }) => provider === name),
        floor,
      ),
    ),
    ...aboveFloor(rest, floor),
  ];
}

/** All of them where none is good enough. */
function aboveFloor(scored: readonly Scored[], floor: number): readonly Scored[] {
  const good = scored.filter(({ parts }) => parts.quality >= floor);
  return good.length > 0 ? good : scored;
}

function scoreOne(
  { model, effort, outputTokens, cost }: Able,
  { features, wishes }: DecisionInputs,
  { catalog, policy, health }: { readonly catalog: Catalog; readonly policy: Policy; readonly health: Health },
): Scored {
  const { anchors, taskMatch } = policy;
  const latency = expectLatency(model, effort, outputTokens, health, policy);
  const judged = judgeQuality(model, features.taskType, effort, catalog.generation, policy);
  const usd = cost === undefined ? undefined : Number(cost) / 1e12;
  const parts: ScoreParts = {
    // An unknown price is never a good price.
    cost: usd === undefined ? 0 : round(anchors.costUsd / (anchors.costUsd + usd)),
    latency: round(anchors.latencyMs / (anchors.latencyMs + latency.latencyMs)),
    task: model.details.tags.includes(features.taskType) ? taskMatch.match : taskMatch.other,
    quality: round(judged.quality),
  };
  const weights = policy.weights[wishes.latencyPref];
  const k = policy.qualityShare[wishes.priority];
  const rest = weights.cost * parts.cost + weights.latency * parts.latency + weights.task * parts.task;
  return {
    modelId: model.id,
    effort,
    score: round((1 - k) * rest + k * parts.quality),
    parts,
    expectedLatencyMs: latency.latencyMs,
    notes: mergeNotes(judged.notes, latency.notes),
    provider: model.provider,
    cost,
    outputTokens,
  };
}

function mergeNotes(notes: readonly string[], more: readonly string[]): string[] {
  const merged = notes.slice();
  for (const note of more) if (!merged.includes(note)) merged.push(note);
  return merged;
}

function round(value: number): number {
  return Math.round(value * 1e9) / 1e9;
}

function orderCandidates(candidates: readonly Scored[], { wishes, seed }: DecisionInputs): Scored[] {
  const { models, order, sort } = wishes;
  const named = (one: Scored) => {
    const place = models.indexOf(one.modelId);
    return place < 0 ? models.length : place;
  };
  const preferred = (one: Scored) => {
    const place = order?.indexOf(one.provider) ?? -1;
    return place < 0 ? Number.MAX_SAFE_INTEGER : place;
  };
  const wished = (a: Scored, b: Scored): number => {
    if (sort === 'price') return compareCosts(a, b);
    // Throughput and latency are one figure here: the time until the expected answer is whole.
    return sort === undefined ? 0 : a.expectedLatencyMs - b.expectedLatencyMs;
  };
  return [...candidates].sort(
    (a, b) =>
      named(a) - named(b) ||
      preferred(a) - preferred(b) ||
      wished(a, b) ||
      b.score - a.score ||
      tieKey(seed, a.modelId) - tieKey(seed, b.modelId) ||
      (a.modelId < b.modelId ? -1 : 1),
  );
}

/** Cheaper first; an unknown price last. */
export function compareCosts(a: Scored, b: Scored): number {
  if (a.cost === undefined || b.cost === undefined) return Number(a.cost === undefined) - Number(b.cost === undefined);
  return a.cost < b.cost ? -1 : a.cost > b.cost ? 1 : 0;
}

/** FNV-1a over seed and id: equal scores go to different models for different requests, the same for the same. */
function tieKey(seed: string, id: string): number {
  let hash = 0x811c9dc5;
  for (const text of [seed, id]) {
    for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193) >>> 0;
  }
  return hash;
}
