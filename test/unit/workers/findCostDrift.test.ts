// Our costs against those that a provider told: when that is an alert, and what it names as the cause.
import { expect } from 'chai';
import { formatUsd } from '../../../src/domain/money.ts';
import { NO_USAGE, type Usage } from '../../../src/domain/usage.ts';
import { type CostPair, driftAlerts } from '../../../workers/rules/findCostDrift.ts';

const call = (ours: number, theirs: number | string, usage: Partial<Usage> = {}): CostPair => ({
  model: 'openrouter/x/y',
  ours: BigInt(ours) * 1_000_000n,
  usage: {
    ...NO_USAGE,
    input: 1,
    ...usage,
    reportedCostUsd: typeof theirs === 'string' ? theirs : formatUsd(BigInt(theirs) * 1_000_000n),
  },
});
const told = (calls: readonly CostPair[]) => driftAlerts(calls).map(({ message }) => message);

describe('the drift between our costs and the provider’s', () => {
  it('is nothing within a hundredth, and not told of amounts that only rounding makes', () => {
    expect(told([call(1_000, 1_000), call(1_005, 1_000)])).to.deep.equal([]);
    expect(told([{ ...call(0, '0.0000009'), ours: 500_000n }])).to.deep.equal([]);
  });

  it('is an alert for the model, once a day, with both figures', () => {
    const [alert] = driftAlerts([call(1_100, 1_000)]);
    expect(alert).to.deep.include({ kind: 'cost_drift', subject: 'openrouter/x/y', quietHours: 24 });
    expect(alert?.message).to.include('0.0011 against 0.001 USD over 1 calls').and.include('+10.0 %');
  });

  it('is told where calls that cost too much and too little make up for each other', () => {
    const [message] = told([call(1_200, 1_000), call(800, 1_000), call(1_200, 1_000), call(800, 1_000)]);
    expect(message).to.include('0.0 %, 20.0 % call by call').and.include('4 of 4 calls part');
    expect(told([call(1_005, 1_000), call(995, 1_000)])).to.deep.equal([]);
  });

  it('names another price list where every call parts by one factor', () => {
    expect(told([call(1_100, 1_000), call(2_200, 2_000)])[0]).to.include('by the same factor (1.100)');
  });

  it('names the class that only the parting calls have', () => {
    const fine = call(1_000, 1_000);
    expect(told([fine, call(1_500, 1_000, { cachedInput: 9 }), call(1_900, 1_000, { cachedInput: 5 })])[0]).to.include(
      'those that read from the cache',
    );
    expect(told([fine, call(500, 1_000, { serviceTier: 'priority' })])[0]).to.include('a tier of their own');
    expect(told([fine, call(500, 1_000, { webSearches: 1 })])[0]).to.include('searched the web');
  });

  it('says so when nothing sets them apart, and when the provider took nothing', () => {
    expect(told([call(1_000, 1_000), call(1_500, 1_000), call(900, 1_000)])[0]).to.include('nothing sets them apart');
    expect(told([call(1_000, '0')])[0])
      .to.include('cost nothing')
      .and.include('without measure');
  });

  it('reads figures of more digits than a pico-dollar', () => {
    expect(told([call(1_000, '0.0010000000000000001')])).to.deep.equal([]);
  });
});
