// Records decisions as fixtures: `node --import tsx test/support/recordDecisions.ts`. For a new decider version only, with new files: what is
// recorded already is never written again.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { loadModelsFile, loadPolicyFile } from '../../src/config/load.ts';
import { toModelWish } from '../../src/config/toModelWish.ts';
import {
  type Catalog,
  EMPTY_CATALOG,
  PROVIDERS,
  type Rating,
  type RatingGeneration,
} from '../../src/domain/catalog.ts';
import { planCatalogChanges } from '../../src/domain/catalogChanges.ts';
import { Chat, EFFORTS } from '../../src/domain/chat.ts';
import { type DecisionInputs, type Health, PRIORITIES, type Wishes } from '../../src/domain/decision.ts';
import { foldCatalog } from '../../src/domain/foldCatalog.ts';
import type { DecisionContext } from '../../src/routing/decide.ts';
import { CURRENT_DECIDER, deciderOf } from '../../src/routing/deciders.ts';
import { describeChat } from '../../src/routing/describeChat.ts';

const COUNT = 500;
const FOLDER = new URL('../fixtures/decisions/', import.meta.url);
const WORLD = `shippedFor${CURRENT_DECIDER}`;
const FILE = `recorded/decider${CURRENT_DECIDER}.jsonl`;
const place = (name: string) => fileURLToPath(new URL(name, FOLDER));

const PROMPTS = ['build', 'heldout'].flatMap((name) =>
  readFileSync(place(`../prompts/${name}.jsonl`), 'utf8')
    .trim()
    .split('\n'),
);

let state = 20_261_125;
const unit = () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
const whole = (most: number) => Math.floor(unit() * most);
const pick = <T>(items: readonly T[]): T => items[whole(items.length)] as T;
const some = <T>(items: readonly T[], share: number): T[] => items.filter(() => unit() < share);
const maybe = <T>(chance: number, make: () => T): T | undefined => (unit() < chance ? make() : undefined);

if (existsSync(place(FILE))) throw new Error(`${FILE} is there: a recorded decision is never recorded again`);
const context = makeWorld();
const lines = Array.from({ length: COUNT }, (_, index) => recordOne(index));
writeFileSync(place(`worlds/${WORLD}.json`), JSON.stringify(toWorld(context), null, 2));
writeFileSync(place(FILE), `${lines.join('\n')}\n`);

/** The shipped catalog and policy as they are today, with ratings and health figures that are made up. */
function makeWorld(): DecisionContext {
  const { models, overrides } = loadModelsFile('config/models.yaml');
  const wishes = { models: models.map(toModelWish), overrides: overrides.map(toModelWish) };
  const events = planCatalogChanges(EMPTY_CATALOG, wishes, { at: '2026-11-20T00:00:00.000Z', by: 'recording' });
  const scale = { low: 10, high: 60 };
  const generation: RatingGeneration = {
    id: 'made-up',
    source: 'made-up',
    indexVersion: '1',
    asOf: '2026-11-20',
    scale: { intelligence: scale, coding: scale, agentic: scale },
  };
  const folded = foldCatalog(events.map((event, revision) => ({ ...event, revision })));
  const rated = [...folded.models].map(([id, model]) => [id, { ...model, ratings: makeRatings() }] as const);
  const catalog: Catalog = { ...folded, generation, models: new Map(rated) };
  const health: Health = Object.fromEntries(
    some([...folded.models.keys()], 0.4).map((id) => [
      id,
      { samples: whole(60), firstTokenMs: whole(3_000), tokensPerSecond: 20 + whole(200), errorRate: whole(10) / 100 },
    ]),
  );
  return { catalog, policy: loadPolicyFile('config/routing.yaml'), health };
}

function makeRatings(): Rating[] {
  return some([undefined, 'low', 'high'] as const, 0.4).map((effort) => ({
    ...(effort === undefined ? {} : { effort }),
    intelligence: 10 + whole(500) / 10,
    coding: 10 + whole(500) / 10,
    firstTokenMs: 200 + whole(4_000),
    tokensPerSecond: 30 + whole(300),
  }));
}

function recordOne(index: number): string {
  const ids = [...context.catalog.models.keys()];
  const { request } = JSON.parse(pick(PROMPTS)) as { request: unknown };
  const wishes = makeWishes(ids);
  const asked = Chat.parse({ ...(request as object), ...makeParameters() });
  const inputs: DecisionInputs = {
    features: describeChat(asked, pick(['chat', 'agent-step', 'chat-completions']), {
      streaming: unit() < 0.3,
      requireParameters: wishes.requireParameters,
    }),
    wishes,
    constraints: {
      providers: unit() < 0.8 ? [...PROVIDERS] : some(PROVIDERS, 0.6),
      orgModels: maybe(0.1, () => some(ids, 0.5).slice(0, 32)) ?? null,
      keyModels: maybe(0.05, () => some(ids, 0.3).slice(0, 32)) ?? null,
      baselineModel: maybe(0.3, () => pick(ids)) ?? null,
    },
    at: Date.UTC(2026, 10, 20) + whole(14 * 86_400_000),
    openBreakers: maybe(0.15, () => [pick(ids), pick(PROVIDERS)]) ?? [],
    seed: `seed-${index}`,
    session: null,
  };
  const { outcome } = deciderOf(CURRENT_DECIDER)(inputs, context);
  return JSON.stringify({ deciderVersion: CURRENT_DECIDER, world: WORLD, inputs, outcome });
}

function makeWishes(ids: readonly string[]): Wishes {
  return withoutUndefined({
    priority: pick(PRIORITIES),
    latencyPref: pick(['normal', 'normal', 'fast'] as const),
    models: maybe(0.15, () => [pick(ids), pick(ids)].slice(whole(2))) ?? [],
    fallback: unit() < 0.9,
    maxCostUsd: maybe(0.15, () => (whole(5_000) / 1_000_000).toFixed(6)),
    maxTokens: maybe(0.3, () => 1 + whole(8_000)),
    effort: maybe(0.15, () => pick(EFFORTS)),
    order: maybe(0.08, () => some(PROVIDERS, 0.5)),
    only: maybe(0.08, () => some(PROVIDERS, 0.6)),
    ignore: maybe(0.08, () => some(PROVIDERS, 0.3)),
    sort: maybe(0.1, () => pick(['price', 'throughput', 'latency'] as const)),
    maxPrice: maybe(0.08, () => ({ prompt: String(1 + whole(10)), completion: String(1 + whole(40)) })),
    requireParameters: maybe(0.15, () => true),
    deadlineMs: maybe(0.1, () => 1_000 + whole(60_000)),
  });
}

function makeParameters(): object {
  const tools = [{ type: 'function', function: { name: 'search' } }];
  return withoutUndefined({
    tools: maybe(0.25, () => tools),
    seed: maybe(0.1, () => 7),
    temperature: maybe(0.2, () => 0.2),
    logprobs: maybe(0.05, () => true),
    n: maybe(0.1, () => 2 + whole(3)),
  });
}

function withoutUndefined<T extends object>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

function toWorld({ catalog, policy, health }: DecisionContext): object {
  return {
    policy,
    health,
    catalog: { version: catalog.version, generation: catalog.generation, models: [...catalog.models.values()] },
  };
}
