// The policy that is tried: whatever the sliders say is one that the API takes.
import { expect } from 'chai';
import { Policy } from '../../../src/domain/policy.ts';
import { readWhatIfSearch, toPatch, toSearch, toTrial, trialOf } from '../../../src/dashboard/pages/whatIf/search.ts';

const Weights = Policy.shape.weights;
const QUALITY = [5, 10, 40] as const;

describe('the policy to try', () => {
  it('is a policy at every place of the sliders', function () {
    this.timeout(60_000);
    const refused: string[] = [];
    for (let cost = 0; cost <= 100; cost++)
      for (let latency = 0; latency <= 100; latency++)
        for (const task of [0, 1, 3, 20, 50, 99, 100]) {
          const normal = [cost, latency, task] as const;
          const { weights } = toPatch({ normal, fast: normal, quality: QUALITY });
          if (!Weights.safeParse(weights).success) refused.push(normal.join('-'));
        }
    expect(refused).to.deep.equal([]);
  });

  it('tells the shares of the sliders', () => {
    const { weights } = toPatch({ normal: [80, 20, 0], fast: [1, 1, 2], quality: QUALITY });
    expect(weights.normal).to.deep.equal({ cost: 0.8, latency: 0.2, task: 0 });
    expect(weights.fast).to.deep.equal({ cost: 0.25, latency: 0.25, task: 0.5 });
  });

  it('stands in the address, and comes back from it', () => {
    const trial = { normal: [80, 20, 0], fast: [0, 0, 0], quality: QUALITY } as const;
    const active = toTrial(toPatch({ normal: [50, 25, 25], fast: [50, 25, 25], quality: QUALITY }));
    expect(trialOf(readWhatIfSearch(toSearch(trial)), active)).to.deep.equal(trial);
    expect(trialOf(readWhatIfSearch({ normal: '80-200-0', fast: 'x' }), active)).to.deep.equal(active);
  });
});
