// Events of the catalog that the specs of this folder fold, each with a plain default.
import type { ModelDetails } from '../../../src/domain/catalog.ts';
import type { DomainEvent, EventData } from '../../../src/domain/events.ts';
import type { Revised } from '../../../src/domain/foldCatalog.ts';

export const MODEL = 'openai/one';
export const DETAILS: ModelDetails = { enabled: true, tags: ['chat'], qualityWeight: 1, abilities: { tools: true } };

/** Each event a day later than the one before, with its place as its revision. */
export function revised(events: readonly DomainEvent[], first = 0): Revised[] {
  return events.map((event, place) => ({ ...event, revision: first + place }));
}

const common = (day: number, source: string) => ({
  source,
  at: `2026-11-${String(day).padStart(2, '0')}T00:00:00.000Z`,
  by: 'test',
});

export function registered(data: Partial<EventData<'ModelRegistered'>> = {}): DomainEvent {
  const prices = { input: '0.000001', output: '0.000004' };
  const named = { modelId: MODEL, provider: 'openai' as const, modelName: 'one' };
  return { type: 'ModelRegistered', data: { ...common(1, 'seed'), ...named, details: DETAILS, prices, ...data } };
}

export function priced(prices: EventData<'ModelPriceChanged'>['prices'], source = 'openrouter'): DomainEvent {
  return { type: 'ModelPriceChanged', data: { ...common(2, source), modelId: MODEL, prices } };
}

export function described(details: Partial<ModelDetails>, source = 'models_dev'): DomainEvent {
  return {
    type: 'ModelDetailsChanged',
    data: { ...common(3, source), modelId: MODEL, details: { ...DETAILS, ...details } },
  };
}

export function rated(generation: string, intelligence: number, modelId = MODEL): DomainEvent {
  const ratings = [{ intelligence }];
  return { type: 'ModelRatingChanged', data: { ...common(4, 'feed'), modelId, generation, ratings } };
}

export function generation(id: string): DomainEvent {
  const published = { id, source: 'feed', indexVersion: '4', asOf: '2026-11-01', scale: {} };
  return {
    type: 'RatingGenerationPublished',
    data: { generation: published, at: '2026-11-05T00:00:00.000Z', by: 'test' },
  };
}

export function deprecated(effectiveAt: string, replacement: string | null = null): DomainEvent {
  return {
    type: 'ModelDeprecated',
    data: { ...common(6, 'feed'), modelId: MODEL, reason: 'gone', effectiveAt, replacement },
  };
}

export function reinstated(): DomainEvent {
  return { type: 'ModelReinstated', data: { ...common(7, 'feed'), modelId: MODEL, reason: 'it is back' } };
}

export function held(): DomainEvent {
  return {
    type: 'ModelChangeHeld',
    data: {
      ...common(8, 'feed'),
      modelId: MODEL,
      holdId: '00000000-0000-4000-8000-000000000001',
      rule: 'large_unconfirmed',
      reason: 'ten times the price',
      proposed: { prices: { input: '1' } },
    },
  };
}
