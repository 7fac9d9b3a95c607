// Thinking in the forms of other vendors, on our scale.
import { expect } from 'chai';
import { effortOfBudget, effortOfReasoning } from '../../../src/domain/reasoning.ts';

describe('thinking that is asked for in another form', () => {
  it('by a number of tokens has an effort', () => {
    expect([0, 1_024, 2_048, 8_000, 30_000].map(effortOfBudget)).to.deep.equal([
      'none',
      'low',
      'low',
      'medium',
      'high',
    ]);
  });

  it('as OpenRouter does, by a word, by tokens or not at all', () => {
    expect(effortOfReasoning({ effort: 'xhigh', max_tokens: 5 })).to.equal('xhigh');
    expect(effortOfReasoning({ max_tokens: 9_000, exclude: true })).to.equal('medium');
    expect(effortOfReasoning({ enabled: false })).to.equal('none');
    for (const nothing of [undefined, {}, { enabled: true }, { effort: 'a lot' }, 'high'])
      expect(effortOfReasoning(nothing)).to.equal(undefined);
  });
});
