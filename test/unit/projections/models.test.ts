import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { DomainEvent, EventData, EventOf } from '../../../src/domain/events.ts';
import { modelUuid } from '../../../src/domain/modelUuid.ts';
import { generationsTable, modelChangesTable, modelsTable } from '../../../projections/modelTables.ts';
import { models } from '../../../projections/models.ts';
import { foldProjection } from '../../support/foldProjection.ts';

const common = { modelId: 'groq/openai/gpt-b', source: 'seed', at: '2026-11-01T00:00:00.000Z', by: 'setup' };
const details = { enabled: true, tags: ['coding'], qualityWeight: 1, abilities: { tools: true }, maxOutputTokens: 900 };

const registered = (fields: Partial<EventData<'ModelRegistered'>> = {}): EventOf<'ModelRegistered'> => ({
  type: 'ModelRegistered',
  data: {
    ...common,
    provider: 'groq',
    modelName: 'openai/gpt-b',
    details,
    prices: { input: '0.00000015', output: '0.0000006' },
    ...fields,
  },
});
const published = (id: string): EventOf<'RatingGenerationPublished'> => ({
  type: 'RatingGenerationPublished',
  data: {
    generation: { id, source: 'feed', indexVersion: '4', asOf: '2026-11-01', scale: {} },
    at: '2026-11-02T00:00:00.000Z',
    by: 'sync',
  },
});
const rated = (generation: string, intelligence: number): EventOf<'ModelRatingChanged'> => ({
  type: 'ModelRatingChanged',
  data: {
    ...common,
    source: 'feed',
    generation,
    ratings: [{ intelligence: 10 }, { effort: 'high', intelligence, firstTokenMs: 300, tokensPerSecond: 88.5 }],
  },
});

const fold = (...events: DomainEvent[]) => {
  const folded = foldProjection(models, events);
  return {
    model: folded.rowsOf(modelsTable)[0],
    generations: folded.rowsOf(generationsTable),
    changes: folded
      .rowsOf(modelChangesTable)
      .map(({ field_name, old_value, new_value }) => [field_name, old_value, new_value]),
  };
};

describe('the models projection', () => {
  it('shows a registered model with its prices per 1K tokens, exactly', () => {
    const { model, changes } = fold(registered());
    expect(model).to.deep.include({
      id: modelUuid('groq/openai/gpt-b'),
      provider: 'groq',
      model_name: 'openai/gpt-b',
      cost_input: '0.00015',
      cost_output: '0.0006',
      price_index: '0.2625',
      strengths: ['coding'],
      supports_functions: true,
      supports_vision: null,
      max_tokens: 900,
      deprecated: false,
    });
    expect(changes).to.deep.equal([['registered', null, 'groq/openai/gpt-b']]);
  });

  it('keeps every digit of a long price and leaves an unknown one unknown', () => {
    const { model } = fold(registered({ prices: { input: '0.0000000416666666666667', output: '-1' } }));
    expect(model).to.include({ cost_input: '0.0000416666666666667', cost_output: null, price_index: null });
    expect(fold(registered({ prices: null })).model).to.include({ cost_input: null, cost_output: null });
  });

  it('tells a changed price field by field', () => {
    const prices = { input: '0.0000003', output: '0.0000006', cachedInput: '0.00000001' };
    const { model, changes } = fold(registered(), {
      type: 'ModelPriceChanged',
      data: { ...common, source: 'models.dev', at: '2026-11-03T00:00:00.000Z', prices },
    });
    expect(model).to.include({
      cost_input: '0.0003',
      data_source: 'models.dev',
      last_synced_at: '2026-11-03T00:00:00.000Z',
    });
    expect(changes.slice(1)).to.deep.equal([
      ['cost_input', '0.00015', '0.0003'],
      ['prices.cachedInput', null, '0.00000001'],
    ]);
  });

  it('tells changed details and nothing that stayed', () => {
    const { changes } = fold(registered(), {
      type: 'ModelDetailsChanged',
      data: { ...common, details: { ...details, tags: ['coding', 'chat'], displayName: 'B' } },
    });
    expect(changes.slice(1)).to.deep.equal([
      ['strengths', '["coding"]', '["coding","chat"]'],
      ['details.displayName', null, 'B'],
    ]);
  });

  it('deprecates with a replacement and reinstates', () => {
    const deprecated: DomainEvent = {
      type: 'ModelDeprecated',
      data: { ...common, reason: 'old', effectiveAt: '2027-01-01T00:00:00.000Z', replacement: 'openai/gpt-a' },
    };
    expect(fold(registered(), deprecated).model).to.include({
      deprecated: true,
      deprecated_at: '2027-01-01T00:00:00.000Z',
      deprecation_reason: 'old',
      replacement_model_id: modelUuid('openai/gpt-a'),
    });
    const back = fold(registered(), deprecated, { type: 'ModelReinstated', data: { ...common, reason: 'back' } });
    expect(back.model).to.include({ deprecated: false, deprecated_at: null, replacement_model_id: null });
    expect(back.changes.filter(([field]) => field === 'deprecated')).to.deep.equal([
      ['deprecated', 'false', 'true'],
      ['deprecated', 'true', 'false'],
    ]);
  });

  it('takes ratings of the active generation only, the best effort speaking for the model', () => {
    const { model } = fold(registered(), published('g1'), rated('g1', 50), rated('g0', 99));
    expect(model).to.include({ quality_rating: '50', avg_latency: '300', speed_index: '88.5' });
    expect(model?.benchmark_scores.generation).to.equal('g1');
  });

  it('lets ratings leave with their generation, and tells only what is different in the next', () => {
    const between = fold(registered(), published('g1'), rated('g1', 50), published('g2'));
    expect(between.model).to.include({ quality_rating: null, speed_index: null });
    expect(between.generations.map(({ id, active }) => [id, active])).to.deep.equal([
      ['g1', false],
      ['g2', true],
    ]);
    const same = fold(registered(), published('g1'), rated('g1', 50), published('g2'), rated('g2', 50));
    expect(same.model).to.include({ quality_rating: '50' });
    expect(same.changes.filter(([field]) => field === 'quality_rating')).to.deep.equal([
      ['quality_rating', null, '50'],
    ]);
    const other = fold(registered(), published('g1'), rated('g1', 50), published('g2'), rated('g2', 40));
    expect(other.changes.at(-1)).to.deep.equal(['quality_rating', '50', '40']);
  });

  it('tells of a held change without changing the model', () => {
    const held: DomainEvent = {
      type: 'ModelChangeHeld',
      data: {
        ...common,
        holdId: '0e0e0e0e-0000-4000-8000-000000000001',
        rule: 'large_unconfirmed',
        reason: 'ten times dearer',
        proposed: {},
      },
    };
    const { model, changes } = fold(registered(), held);
    expect(model?.cost_input).to.equal('0.00015');
    expect(changes.at(-1)).to.deep.equal(['change_held', null, 'ten times dearer']);
  });

  it('passes over events about models that were never registered', () => {
    const { model, changes } = fold({ type: 'ModelReinstated', data: { ...common, reason: 'who?' } });
    expect(model).to.equal(undefined);
    expect(changes).to.deep.equal([]);
  });
});
