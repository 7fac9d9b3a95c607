import { expect } from 'chai';
import type { EventData } from '../../../src/domain/events.ts';
import { findDifferences } from '../../../src/replay/differences.ts';
import { crossed, parseLimit } from '../../../src/replay/failIf.ts';
import { mergePolicy } from '../../../src/replay/mergePolicy.ts';
import { recountCosts } from '../../../src/replay/recountCosts.ts';
import { replayDecision } from '../../../src/replay/replayDecision.ts';
import { compareRequest, createWhatIfTally } from '../../../src/replay/whatIf.ts';
import { NO_USAGE } from '../../../src/domain/usage.ts';
import { decide } from '../../../src/routing/decide.ts';
import { attempted, completed, routed } from '../../support/requestEvents.ts';
import { POLICY, catalogOf, inputs, model } from '../routing/routingWorld.ts';

const CHEAP = 'openai/cheap';
const DEAR = 'anthropic/dear';
const catalog = catalogOf([
  model(CHEAP, { prices: { input: '0.000001', output: '0.000002' }, details: { qualityTier: 'strong' } }),
  model(DEAR, { prices: { input: '0.00001', output: '0.00002' }, details: { qualityTier: 'frontier' } }),
]);
const context = { catalog, policy: POLICY, health: {} };
const asked = inputs();
const usage = { ...NO_USAGE, input: 60, cachedInput: 40, output: 50 };
// 60 + 40 × input (no price of their own for cached tokens) + 50 × output.
const COST = '0.0002';

function request(fields: Partial<EventData<'RequestCompleted'>> = {}) {
  const { outcome } = decide(asked, context);
  return {
    routed: routed({ inputs: asked, outcome, catalogVersion: catalog.version }).data,
    attempts: [attempted({ modelId: CHEAP, usage, costUsd: COST }).data],
    completed: completed({
      modelId: CHEAP,
      usage,
      costUsd: COST,
      baselineModelId: DEAR,
      baselineCostUsd: '0.002',
      savingsUsd: '0.0018',
      catalogVersion: catalog.version,
      ...fields,
    }).data,
  };
}

describe('a decision that is taken again', () => {
  it('is equal to what was recorded, or tells the path of what is not', () => {
    const recorded = request().routed;
    expect(replayDecision(recorded, context).differences).to.deep.equal([]);
    const tampered = { ...recorded, outcome: { ...recorded.outcome, candidateCount: 3 } };
    expect(replayDecision(tampered, context)).to.deep.include({
      equal: false,
      differences: [{ path: 'candidateCount', recorded: 3, recomputed: 2 }],
    });
  });

  it('cannot be by a decider that this release does not have', () => {
    expect(() => replayDecision({ ...request().routed, deciderVersion: 99 }, context)).to.throw(
      'decider of version 99',
    );
  });
});

describe('the amounts of a request', () => {
  it('come out the same, or name the one that does not', () => {
    expect(recountCosts(request(), catalog)).to.deep.equal([]);
    expect(recountCosts(request({ savingsUsd: '0.0019' }), catalog)).to.deep.equal([
      { path: 'completion.savingsUsd', recorded: '0.0019', recomputed: '0.0018' },
    ]);
    const { attempts, ...rest } = request();
    const dearer = attempts.map((one) => ({ ...one, costUsd: '0.0003' }));
    expect(recountCosts({ ...rest, attempts: dearer }, catalog).map(({ path }) => path)).to.include(
      'attempts[1].costUsd',
    );
  });
});

describe('a what-if', () => {
  it('moves nothing under the same policy and prices, and costs the same', () => {
    const tally = createWhatIfTally();
    tally.add(compareRequest(request(), context, {}));
    const report = tally.report();
    expect(report).to.include({ requests: 1, compared: 1, moved: 0, unroutable: 0 });
    expect(report.before).to.deep.equal(report.after);
    expect(report.before.cost_usd).to.equal(COST);
  });

  it('names who goes where under another policy, at what cost and quality', () => {
    const policy = mergePolicy(POLICY, { qualityShare: { balanced: 1 } });
    const tally = createWhatIfTally();
    tally.add(compareRequest(request(), context, { policy }));
    const report = tally.report();
    expect(report).to.include({ moved: 1 });
    expect(report.after.cost_usd).to.equal('0.002');
    expect(report.after.quality).to.be.greaterThan(Number(report.before.quality));
    expect(report.by_model).to.deep.equal([
      { model: DEAR, before: 0, after: 1 },
      { model: CHEAP, before: 1, after: 0 },
    ]);
    expect(report.movers[0]).to.include({ from_model: CHEAP, to_model: DEAR, difference_usd: '0.0018' });
    expect(report.notes.join()).to.include('estimates');
  });

  it('prices under another catalog, and keeps out of the sums what has no price or no counts', () => {
    const doubled = catalogOf([
      model(CHEAP, { prices: { input: '0.000002', output: '0.000004' } }),
      model('openai/unpriced', { prices: undefined }),
    ]);
    const tally = createWhatIfTally();
    tally.add(compareRequest(request(), context, { catalog: doubled }));
    tally.add(compareRequest(request({ usage: null, costUsd: null }), context, { catalog: doubled }));
    tally.add(compareRequest({ ...request(), completed: undefined }, context, { catalog: catalogOf([]) }));
    const report = tally.report();
    expect(report).to.include({ requests: 3, compared: 1, cost_unknown: 0, unroutable: 1 });
    expect([report.before.cost_usd, report.after.cost_usd]).to.deep.equal([COST, '0.0004']);
  });

  it('keeps the largest movers only', () => {
    const tally = createWhatIfTally();
    for (let n = 1; n <= 500; n++) {
      const side = { model: 'a', cost: 0n, quality: 0.5, latencyMs: 1 };
      const moved = { moved: true, before: side, after: { ...side, model: 'b', cost: BigInt(n) }, reason: '' };
      tally.add({ requestId: String(n), taskType: 'chat', ...moved });
    }
    const { movers } = tally.report();
    expect(movers.map(({ request_id }) => Number(request_id))).to.deep.equal(
      Array.from({ length: 20 }, (_, index) => 500 - index),
    );
  });
});

describe('a limit on a what-if', () => {
  const report = {
    ...createWhatIfTally().report(),
    requests: 10,
    compared: 10,
    moved: 3,
    before: { cost_usd: '1', quality: 0.8, latency_ms: 1_000 },
    after: { cost_usd: '1.1', quality: 0.7, latency_ms: 1_500 },
  };

  for (const [text, crosses] of [
    ['cost>+5%', true],
    ['cost>+20%', false],
    ['cost < -5 %', false],
    ['cost>0.05usd', true],
    ['quality<-10%', true],
    ['quality<-0.2', false],
    ['latency>+400ms', true],
    ['moved>25%', true],
    ['moved>3', false],
  ] as const) {
    it(`${crosses ? 'is crossed' : 'holds'}: ${text}`, () => {
      expect(crossed(parseLimit(text), report) !== undefined).to.equal(crosses);
    });
  }

  it('says what it measured, and refuses what it cannot read', () => {
    expect(crossed(parseLimit('cost>+5%'), report)).to.equal('cost +10% crosses cost>+5%');
    expect(() => parseLimit('price>5')).to.throw('allowed: cost, quality');
    for (const [text, allowed] of [
      ['cost>5ms', 'cost in % or usd'],
      ['cost>5', 'cost in % or usd'],
      ['latency>5usd', 'latency in % or ms'],
      ['moved>5ms', 'moved in % or a plain number'],
    ] as const)
      expect(() => parseLimit(text), text).to.throw(`allowed: ${allowed}`);
  });

  it('is not kept by what cannot be measured, unless that is allowed', () => {
    const none = createWhatIfTally().report();
    for (const text of ['cost>+5%', 'quality<-2%', 'moved>3', 'unroutable>0']) {
      expect(crossed(parseLimit(text), none), text).to.include('there are no requests');
      expect(crossed(parseLimit(text), none, true), text).to.equal(undefined);
    }
    const lost = { ...report, compared: 0, unroutable: 10, after: { cost_usd: '0', quality: null, latency_ms: null } };
    for (const text of ['cost>+5%', 'quality<-2%', 'latency>+1ms'])
      expect(crossed(parseLimit(text), lost), text).to.include('is known of no request');
    const cheaper = { ...report, compared: 9, cost_unknown: 1, after: { ...report.after, cost_usd: '0.1' } };
    expect(crossed(parseLimit('cost>+5%'), cheaper)).to.include('of 1 requests the cost is known and would not be');
    expect(crossed(parseLimit('cost>+5%'), cheaper, true)).to.equal(undefined);
  });
});

describe('differences', () => {
  it('are found by path in objects and lists, and absent equals undefined', () => {
    expect(findDifferences({ a: [1, { b: 2 }], c: undefined }, { a: [1, { b: 3 }] })).to.deep.equal([
      { path: 'a[1].b', recorded: 2, recomputed: 3 },
    ]);
    expect(findDifferences([1], { 0: 1 })).to.have.length(1);
    expect(findDifferences(null, {})).to.have.length(1);
  });
});
