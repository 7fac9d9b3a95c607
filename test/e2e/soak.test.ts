// The soak, small: what `npm run soak` proves with ten thousand requests.
import { expect } from 'chai';
import { soak } from '../bench/soak.ts';

describe('three hundred requests through the whole system', () => {
  it('are all answered, recorded once, and counted to the pico-dollar', async function () {
    this.timeout(180_000);
    const result = await soak(300);
    expect(result.errors).to.equal(0);
    expect(result).to.include({ routed: 300, completed: 300, doubled: 0 });
    expect(result.sqlCostUsd).to.equal(result.eventsCostUsd).and.not.equal('0');
    expect(result.sqlSavingsUsd).to.equal(result.eventsSavingsUsd);
  });
});
