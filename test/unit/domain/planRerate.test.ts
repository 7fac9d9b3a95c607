// Which corrections can be asked for, day by day.
import { expect } from 'chai';
import { planRerate } from '../../../src/domain/planRerate.ts';

const NOW = Date.parse('2026-11-25T12:00:00Z');
const plan = (from: string, to: string) =>
  planRerate({ from: Date.parse(from), to: Date.parse(to), catalogVersion: 7, by: 'test' }, NOW);

describe('a wish to correct costs', () => {
  it('is one event a day, whole days between the ends', () => {
    const days = plan('2026-11-23T10:00:00Z', '2026-11-25T01:00:00Z').map(({ data }) => [data.from, data.to]);
    expect(days).to.deep.equal([
      ['2026-11-23T10:00:00.000Z', '2026-11-24T00:00:00.000Z'],
      ['2026-11-24T00:00:00.000Z', '2026-11-25T00:00:00.000Z'],
      ['2026-11-25T00:00:00.000Z', '2026-11-25T01:00:00.000Z'],
    ]);
  });

  it('refuses an empty period, the future, and more than 400 days', () => {
    expect(() => plan('2026-11-25T01:00:00Z', '2026-11-25T01:00:00Z')).to.throw('from must be before to');
    expect(() => plan('2026-11-25T01:00:00Z', '2026-11-25T12:00:01Z')).to.throw('future');
    expect(() => plan('2025-01-01T00:00:00Z', '2026-11-25T00:00:00Z')).to.throw('400 days');
  });
});
