// Requests as they might have been, from a seed: over the shipped catalog's prices, with failed attempts, caches, unknown prices and
// markups; and what they add up to, worked out apart from the router's own code.
import { loadModelsFile } from '../../src/config/load.ts';
import { toModelWish } from '../../src/config/toModelWish.ts';
import type { DomainEvent, EventData } from '../../src/domain/events.ts';
import { markupPercent, markupUsd } from '../../src/domain/markup.ts';
import type { Prices } from '../../src/domain/prices.ts';
import { baselineCostUsd, savingsUsd, totalCostUsd } from '../../src/domain/requestCost.ts';
import { type Usage, costOf, costUsd } from '../../src/domain/usage.ts';
import { uuidv5 } from '../../src/domain/uuidv5.ts';
import { ORG, attempted, completed, routed } from './requestEvents.ts';

const MARKUP = [
  { below_usd_per_million: '2', percent: '3.7' },
  { below_usd_per_million: null, percent: '0' },
];
const DAY = Date.parse('2026-11-20T00:00:00Z');

export type RandomRequest = {
  readonly id: string;
  readonly events: readonly DomainEvent[];
  readonly completed: EventData<'RequestCompleted'>;
};

/** A small generator of our own (mulberry32): the same seed gives the same requests on every machine. */
export function createChance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function createRandomRequests(seed: number): (index: number) => RandomRequest {
  const chance = createChance(seed);
  const models = loadModelsFile('config/models.yaml').models.map(toModelWish);
  const pick = <T>(list: readonly T[]): T => {
    const item = list[Math.floor(chance() * list.length)];
    if (item === undefined) throw new Error('nothing to pick from');
    return item;
  };
  const tokens = (most: number) => Math.floor(chance() ** 3 * most);
  const randomUsage = (): Usage => {
    const output = tokens(20_000);
    return {
      input: tokens(400_000),
      cachedInput: chance() < 0.3 ? tokens(200_000) : 0,
      cacheWrite5m: chance() < 0.2 ? tokens(20_000) : 0,
      cacheWrite1h: chance() < 0.05 ? tokens(20_000) : 0,
      output,
      reasoning: Math.floor(chance() * output),
    };
  };
  const idOf = ({ provider, modelName }: (typeof models)[number]) => `${provider}/${modelName}`;
  const pricesOf = ({ prices }: (typeof models)[number]): Prices | undefined => prices ?? undefined;

  return (index) => {
    const id = uuidv5('0d0d0d0d-0000-4000-8000-000000000002', `${seed}-${index}`);
    const routedAt = new Date(DAY + Math.floor(chance() * 86_400_000)).toISOString();
    const at = Date.parse(routedAt);
    const failures = chance() < 0.2 ? 1 + Math.floor(chance() * 2) : 0;
    const attempts = Array.from({ length: failures + 1 }, (_, place) => {
      const model = pick(models);
      const failed = place < failures;
      const usage = failed && chance() < 0.6 ? null : randomUsage();
      const cost = usage ? costUsd(costOf(usage, pricesOf(model), at)) : null;
      return {
        model,
        data: attempted({
          requestId: id,
          attempt: place + 1,
          provider: model.provider,
          modelId: idOf(model),
          outcome: failed ? 'stream-cut' : 'succeeded',
          usage,
          costUsd: cost,
        }).data,
      };
    });
    const last = attempts.at(-1);
    const baseline = pick(models);
    const cost = totalCostUsd(attempts.map(({ data }) => data));
    const usage = last?.data.usage ?? null;
    const baselineCost = usage ? baselineCostUsd(usage, pricesOf(baseline), at) : null;
    const end = completed({
      requestId: id,
      orgId: ORG,
      routedAt,
      taskType: pick(['chat', 'coding', 'summarization']),
      modelId: last?.data.modelId ?? null,
      attempts: attempts.length,
      usage,
      costUsd: cost,
      baselineModelId: idOf(baseline),
      baselineCostUsd: baselineCost,
      savingsUsd: savingsUsd(cost, baselineCost),
      markupPercent: last ? markupPercent(pricesOf(last.model), MARKUP) : null,
      markupUsd: last ? markupUsd(cost, markupPercent(pricesOf(last.model), MARKUP)) : null,
    });
    const events: DomainEvent[] = [
      routed({ requestId: id, orgId: ORG, routedAt }),
      ...attempts.map(({ data }) => ({ type: 'ProviderAttempted' as const, data })),
      end,
    ];
    return { id, events, completed: end.data };
  };
}
