// What a held change would change, for people.
import { expect } from 'chai';
import type { CatalogModel } from '../../../src/domain/catalog.ts';
import { describeProposal } from '../../../src/domain/holds.ts';
import type { Prices } from '../../../src/domain/prices.ts';

const known: Prices = { input: '0.000001', output: '0.000004' };
const described = (prices: Prices) => describeProposal({ proposed: { prices } }, { prices: known } as CatalogModel);

describe('a held change of prices', () => {
  it('is told line by line, with the call that a line is for', () => {
    const overrides = [{ minPromptTokens: 1_000, input: '0.000003' }];
    expect(described({ ...known, cachedInput: '0.0000001', overrides })).to.deep.equal({
      field: 'prices',
      old: 'cachedInput unknown, input above 1000 tokens 1',
      new: 'cachedInput 0.1, input above 1000 tokens 3',
    });
  });

  it('is told by its plain prices where no call would be billed otherwise', () => {
    expect(described({ ...known, cachedInput: '0.000001' }).new).to.equal('input 1, output 4');
  });
});
