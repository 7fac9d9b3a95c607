// What each priority would cost and how good it would be over all labelled prompts, on the catalog that the router starts with.
// Estimates only: no provider is called. Run it with `node --import tsx test/bench/savings.ts`.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { loadModelsFile, loadPolicyFile } from '../../src/config/load.ts';
import { toModelWish } from '../../src/config/toModelWish.ts';
import { type Catalog, EMPTY_CATALOG, PROVIDERS } from '../../src/domain/catalog.ts';
import { planCatalogChanges } from '../../src/domain/catalogChanges.ts';
import type { Chat } from '../../src/domain/chat.ts';
import { type DecisionInputs, type Features, PRIORITIES, type Priority } from '../../src/domain/decision.ts';
import { foldCatalog } from '../../src/domain/foldCatalog.ts';
import { type PicoUsd, formatUsd, parseUsd } from '../../src/domain/money.ts';
import type { Policy } from '../../src/domain/policy.ts';
import { decide } from '../../src/routing/decide.ts';
import { describeChat } from '../../src/routing/describeChat.ts';

export type PrioritySavings = {
  readonly priority: Priority;
  readonly prompts: number;
  /** Prompts that no model could take; they count nowhere else. */
  readonly unserved: number;
  readonly costUsd: string;
  readonly baselineCostUsd: string;
  /** 1 - cost / baseline cost. */
  readonly saved: number;
  readonly meanQuality: number;
  readonly baselineQuality: number;
  /** Mean quality over the baseline's mean quality. */
  readonly qualityKept: number;
  /** Models by their share of the prompts, the greatest first. */
  readonly shares: readonly { readonly modelId: string; readonly share: number }[];
};

// Decisions depend on the time through price windows and shutdowns only; a fixed one makes two runs comparable.
const AT = Date.UTC(2026, 10, 25, 12);
const HALVES = ['build', 'heldout'];

export function runSavings(): PrioritySavings[] {
  const catalog = loadCatalog();
  const policy = loadPolicyFile(pathOf('../../config/routing.yaml'));
  const prompts = HALVES.flatMap(readPrompts).map((chat) => describeChat(chat, 'chat'));
  return PRIORITIES.map((priority) => measure(priority, prompts, catalog, policy));
}

function measure(priority: Priority, prompts: readonly Features[], catalog: Catalog, policy: Policy): PrioritySavings {
  let cost: PicoUsd = 0n;
  let baselineCost: PicoUsd = 0n;
  let quality = 0;
  let baselineQuality = 0;
  const chosen = new Map<string, number>();
  for (const [place, features] of prompts.entries()) {
    const context = { catalog, policy, health: {} };
    const [winner] = decide(toInputs(features, priority, place), context).outcome.candidates;
    const [best] = decide(toInputs(features, 'best', place), context).outcome.candidates;
    if (!winner || !best || winner.estimatedCostUsd === null || best.estimatedCostUsd === null) continue;
    cost += parseUsd(winner.estimatedCostUsd);
    baselineCost += parseUsd(best.estimatedCostUsd);
    quality += winner.parts.quality;
    baselineQuality += best.parts.quality;
    chosen.set(winner.modelId, (chosen.get(winner.modelId) ?? 0) + 1);
  }
  const served = [...chosen.values()].reduce((sum, count) => sum + count, 0);
  return {
    priority,
    prompts: prompts.length,
    unserved: prompts.length - served,
    costUsd: formatUsd(cost),
    baselineCostUsd: formatUsd(baselineCost),
    saved: 1 - Number(cost) / Number(baselineCost),
    meanQuality: quality / served,
    baselineQuality: baselineQuality / served,
    qualityKept: quality / baselineQuality,
    shares: [...chosen]
      .map(([modelId, count]) => ({ modelId, share: count / served }))
      .sort((a, b) => b.share - a.share || (a.modelId < b.modelId ? -1 : 1)),
  };
}

function toInputs(features: Features, priority: Priority, place: number): DecisionInputs {
  return {
    features,
    wishes: { priority, latencyPref: 'normal', models: [], fallback: true },
    constraints: { providers: [...PROVIDERS], orgModels: null, keyModels: null, baselineModel: null },
    at: AT,
    openBreakers: [],
    seed: `prompt-${place}`,
    session: null,
  };
}

function loadCatalog(): Catalog {
  const file = loadModelsFile(pathOf('../../config/models.yaml'));
  const wishes = { models: file.models.map(toModelWish), overrides: file.overrides.map(toModelWish) };
  const events = planCatalogChanges(EMPTY_CATALOG, wishes, { at: new Date(AT).toISOString(), by: 'bench' });
  return foldCatalog(events.map((event, revision) => ({ ...event, revision })));
}

function readPrompts(half: string): Chat[] {
  const lines = readFileSync(pathOf(`../fixtures/prompts/${half}.jsonl`), 'utf8')
    .trim()
    .split('\n');
  return lines.map((line) => (JSON.parse(line) as { readonly request: Chat }).request);
}

function pathOf(relative: string): string {
  return fileURLToPath(new URL(relative, import.meta.url));
}

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

/** The results as a table for people. */
export function formatSavings(results: readonly PrioritySavings[]): string {
  const rows = results.map(
    ({ priority, costUsd, baselineCostUsd, saved, meanQuality, baselineQuality, qualityKept, unserved }) =>
      [
        priority.padEnd(9),
        `$${Number(costUsd).toFixed(4)}`.padStart(10),
        `$${Number(baselineCostUsd).toFixed(4)}`.padStart(10),
        percent(saved).padStart(8),
        meanQuality.toFixed(3).padStart(8),
        baselineQuality.toFixed(3).padStart(9),
        percent(qualityKept).padStart(8),
        String(unserved).padStart(9),
      ].join(' '),
  );
  const head = 'priority        cost   baseline    saved  quality  of basis     kept  unserved';
  const shares = results.map(
    ({ priority, shares }) =>
      `${priority}: ${shares.map(({ modelId, share }) => `${modelId} ${percent(share)}`).join(', ')}`,
  );
  return [`${results[0]?.prompts ?? 0} prompts, estimates only`, head, ...rows, '', ...shares].join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.stdout.write(`${formatSavings(runSavings())}\n`);
