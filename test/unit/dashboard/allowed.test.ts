// Which models a request could go to, by two lists of which both hold.
import { expect } from 'chai';
import { tellAllowed } from '../../../src/dashboard/pages/story/tellAllowed.ts';

const both = (orgModels: string[] | null, keyModels: string[] | null) =>
  tellAllowed({ providers: [], orgModels, keyModels, baselineModel: null });

describe('the allowed models of a request', () => {
  it('are all without a list, and those of the only list there is', () => {
    expect(both(null, null)).to.equal('all');
    expect(both(['a', 'b'], null)).to.equal('a, b');
    expect(both(null, ['c'])).to.equal('c');
  });

  it('are those on both lists where org and key have one', () => {
    expect(both(['a', 'b'], ['b', 'c'])).to.equal('b');
    expect(both(['a'], ['c'])).to.equal('none');
    expect(both([], null)).to.equal('none');
  });
});
