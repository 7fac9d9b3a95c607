// Catalogs, inputs and arbitraries that the specs of the decision share. Everything has a plain default that a spec overrides.
import * as fc from 'fast-check';
import { PROVIDERS, QUALITY_TIERS, type Catalog, type CatalogModel, TASK_TYPES } from '../../../src/domain/catalog.ts';
import { EFFORTS } from '../../../src/domain/chat.ts';
import { type DecisionInputs, type Features, PRIORITIES, type Wishes } from '../../../src/domain/decision.ts';
import { loadPolicyFile } from '../../../src/config/load.ts';
import { fileURLToPath } from 'node:url';

export const POLICY = loadPolicyFile(fileURLToPath(new URL('../../../config/routing.yaml', import.meta.url)));
export const AT = Date.UTC(2026, 10, 20, 12);

type ModelOptions = Partial<Omit<CatalogModel, 'details'>> & { readonly details?: Partial<CatalogModel['details']> };

export function model(id: string, options: ModelOptions = {}): CatalogModel {
  const { details, ...rest } = options;
  const [provider] = id.split('/');
  const known = PROVIDERS.find((name) => name === provider);
  if (!known) throw new Error(`no provider in ${id}`);
  return {
    id,
    provider: known,
    modelName: id.slice(known.length + 1),
    prices: { input: '0.000001', output: '0.000004' },
    ratings: [],
    deprecation: undefined,
    priceSource: 'seed',
    detailsSource: 'seed',
    updatedAt: '2026-11-20T00:00:00.000Z',
    ...rest,
    details: {
      enabled: true,
      tags: ['chat'],
      qualityWeight: 1,
      qualityTier: 'strong',
      contextTokens: 200_000,
      maxOutputTokens: 32_000,
      abilities: { tools: true, vision: true, jsonMode: true, jsonSchema: true, streaming: true },
      ...details,
    },
  };
}

export function catalogOf(models: readonly CatalogModel[], generation?: Catalog['generation']): Catalog {
  return { version: models.length, models: new Map(models.map((one) => [one.id, one])), generation };
}

type InputOptions = Partial<Omit<DecisionInputs, 'features' | 'wishes' | 'constraints'>> & {
  readonly features?: Partial<Features>;
  readonly wishes?: Partial<Wishes>;
  readonly constraints?: Partial<DecisionInputs['constraints']>;
};

export function inputs({ features, wishes, constraints, ...rest }: InputOptions = {}): DecisionInputs {
  return {
    at: AT,
    openBreakers: [],
    seed: 'seed',
    session: null,
    ...rest,
    features: {
      taskType: 'chat',
      confidence: 0.9,
      inputTokens: 500,
      imageCount: 0,
      messageCount: 1,
      signals: [],
      needs: { tools: false, vision: false, jsonMode: false, jsonSchema: false, streaming: false },
      ...features,
    },
    wishes: { priority: 'balanced', latencyPref: 'normal', models: [], fallback: true, ...wishes },
    constraints: { providers: [...PROVIDERS], orgModels: null, keyModels: null, baselineModel: null, ...constraints },
  };
}

const ability = fc.option(fc.boolean(), { nil: undefined });
const price = fc.integer({ min: 1, max: 90_000 }).map((nano) => `0.${String(nano).padStart(9, '0')}`);

/** A model of any kind, its prices and tier known or not. The id is set by `catalogs`. */
const anyModel = fc
  .record({
    provider: fc.constantFrom(...PROVIDERS),
    prices: fc.option(fc.record({ input: price, output: price }), { nil: undefined }),
    tier: fc.option(fc.constantFrom(...QUALITY_TIERS), { nil: undefined }),
    tags: fc.subarray([...TASK_TYPES]),
    efforts: fc.option(fc.subarray([...EFFORTS]), { nil: undefined }),
    tools: ability,
    vision: ability,
    jsonSchema: ability,
    enabled: fc.integer({ min: 0, max: 9 }).map((roll) => roll > 0),
    weight: fc.double({ min: 0.5, max: 1.5, noNaN: true }),
  })
  .map(({ provider, prices, tier, tags, efforts, tools, vision, jsonSchema, enabled, weight }) => (name: string) => {
    const built = model(`${provider}/${name}`, { prices });
    const abilities = Object.fromEntries(
      Object.entries({ tools, vision, jsonSchema, jsonMode: jsonSchema }).filter(([, known]) => known !== undefined),
    );
    const { qualityTier: _tier, ...details } = built.details;
    return {
      ...built,
      details: {
        ...details,
        enabled,
        tags,
        abilities,
        qualityWeight: weight,
        ...(tier === undefined ? {} : { qualityTier: tier }),
        ...(efforts === undefined ? {} : { efforts }),
      },
    } satisfies CatalogModel;
  });

export const catalogs = fc
  .array(anyModel, { minLength: 1, maxLength: 12 })
  .map((makers) => makers.map((make, place) => make(`m${place}`)));

export const anyInputs = fc
  .record({
    priority: fc.constantFrom(...PRIORITIES),
    latencyPref: fc.constantFrom('fast' as const, 'normal' as const),
    taskType: fc.constantFrom(...TASK_TYPES),
    inputTokens: fc.integer({ min: 1, max: 100_000 }),
    tools: fc.boolean(),
    vision: fc.boolean(),
    jsonSchema: fc.boolean(),
    maxTokens: fc.option(fc.integer({ min: 1, max: 20_000 }), { nil: undefined }),
    maxCostUsd: fc.option(
      fc.integer({ min: 0, max: 500_000 }).map((micro) => (micro / 1_000_000).toFixed(6)),
      { nil: undefined },
    ),
    seed: fc.string(),
    fallback: fc.boolean(),
  })
  .map(({ priority, latencyPref, taskType, inputTokens, tools, vision, jsonSchema, seed, fallback, ...limits }) =>
    inputs({
      seed,
      features: { taskType, inputTokens, needs: { tools, vision, jsonSchema, jsonMode: false, streaming: false } },
      wishes: {
        priority,
        latencyPref,
        fallback,
        ...(limits.maxTokens === undefined ? {} : { maxTokens: limits.maxTokens }),
        ...(limits.maxCostUsd === undefined ? {} : { maxCostUsd: limits.maxCostUsd }),
      },
    }),
  );
