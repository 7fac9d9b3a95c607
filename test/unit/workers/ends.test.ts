// Ends of models from several sides: a day that was announced, and a model that is gone before it.
import { expect } from 'chai';
import type { DomainEvent } from '../../../src/domain/events.ts';
import { planCalendar } from '../../../workers/rules/planDeprecations.ts';
import { type World, createWorld, told } from './feedWorld.ts';

const MODEL = 'openrouter/a/b';
const rest = [{ id: 'a/other' }];
const listed = [{ id: 'a/b' }, ...rest];
const HOURS = [2, 14, 27, 48] as const;
const deprecationOf = (world: World) => world.catalog().models.get(MODEL)?.deprecation;
const announced = (source: string, replacement: string | null = null): DomainEvent => ({
  type: 'ModelDeprecated',
  data: {
    modelId: MODEL,
    source,
    at: '2026-09-22T01:00:00.000Z',
    by: 'test',
    reason: 'announced',
    effectiveAt: '2027-03-01T00:00:00.000Z',
    replacement,
  },
});
const calendar = [{ model: MODEL, on: '2027-03-01', replacement: 'openai/gpt' }];
const checkedAt = (world: World, at: string): DomainEvent[] =>
  planCalendar(world.catalog(), calendar, { at, by: 'job:checkDeprecations' });
/** Announced by somebody, then missed for two days. */
const missed = (source: string, replacement?: string): World => {
  const world = createWorld();
  world.read(0, listed);
  world.append([announced(source, replacement)]);
  for (const hours of HOURS) world.read(hours, rest);
  return world;
};

describe('a model with a day on which it is to end', () => {
  it('is suspended when it is gone before, and keeps the replacement that was named', () => {
    for (const source of ['calendar', 'seed', 'openrouter']) {
      const world = missed(source, 'openai/gpt');
      expect(deprecationOf(world), source).to.deep.include({ source: 'openrouter', replacement: 'openai/gpt' });
      expect(deprecationOf(world)?.at, source).to.match(/^2026-09-23T/);
    }
  });

  it('is left to the person who has set that day', () => {
    expect(deprecationOf(missed('manual'))?.at).to.equal('2027-03-01T00:00:00.000Z');
  });

  it('counts its misses as any other', () => {
    const world = createWorld();
    world.read(0, listed);
    world.append([announced('calendar')]);
    expect(told(world.read(2, rest), 'a/b')).to.deep.equal(['removed: held missing_not_long_enough']);
  });

  it('does not live again until that day because the calendar still has it', () => {
    const world = missed('calendar');
    expect(checkedAt(world, '2026-09-25T00:00:00.000Z')).to.deep.equal([]);
    world.append(checkedAt(world, '2027-03-02T00:00:00.000Z'));
    expect(deprecationOf(world)).to.deep.include({ source: 'calendar', replacement: 'openai/gpt' });
  });

  it('has it again when it returns, from the calendar or from the file', () => {
    const world = missed('calendar');
    expect(told(world.read(50, listed), 'a/b')).to.include('added: accepted returned');
    world.append(checkedAt(world, '2026-09-25T00:00:00.000Z'));
    expect(deprecationOf(world)?.at).to.equal('2027-03-01T00:00:00.000Z');
    const seeded = missed('seed');
    const model = seeded.catalog().models.get(MODEL);
    if (!model) throw new Error('no model');
    const details = { ...model.details, shutdownOn: '2027-03-01' };
    const common = { modelId: MODEL, source: 'seed', at: '2026-09-24T00:00:00.000Z', by: 'test' };
    seeded.append([{ type: 'ModelDetailsChanged', data: { ...common, details } }]);
    seeded.read(50, listed);
    expect(deprecationOf(seeded)).to.deep.include({ source: 'seed', at: '2027-03-01T00:00:00.000Z' });
  });
});
