// Costs of the past at other prices: given events, then corrected rows, and nothing else changes.
import { expect } from 'chai';
import { rerates, reratesTable } from '../../../projections/rerates.ts';
import type { DomainEvent, EventOf } from '../../../src/domain/events.ts';
import type { Prices } from '../../../src/domain/prices.ts';
import { NO_USAGE } from '../../../src/domain/usage.ts';
import { foldProjection } from '../../support/foldProjection.ts';
import { AT, ORG, REQUEST, attempted, completed } from '../../support/requestEvents.ts';

const said = { source: 'manual', at: AT, by: 'test' };
const priced = (modelId: string, prices: Prices | null): EventOf<'ModelPriceChanged'> => ({
  type: 'ModelPriceChanged',
  data: { ...said, modelId, prices },
});
const flat = (price: string): Prices => ({ input: price, output: price });
const asked = (fields: Partial<EventOf<'RerateRequested'>['data']> = {}): EventOf<'RerateRequested'> => ({
  type: 'RerateRequested',
  data: {
    at: '2026-11-21T00:00:00.000Z',
    by: 'test',
    from: '2026-11-20T00:00:00.000Z',
    to: '2026-11-21T00:00:00.000Z',
    catalogVersion: 1,
    ...fields,
  },
});
const usage = { ...NO_USAGE, input: 10, output: 20 };
const request = (fields: object = {}): DomainEvent[] => [
  attempted({ modelId: 'openai/gpt-a', outcome: 'stream-cut', usage: { ...usage, output: 5 }, ...fields }),
  attempted({ modelId: 'openai/gpt-a', attempt: 2, usage, ...fields }),
  completed({ usage, baselineModelId: 'openai/gpt-best', baselineCostUsd: '0.5', ...fields }),
];
// A price's revision is its place in this list.
const prices = [priced('openai/gpt-a', flat('0.001')), priced('openai/gpt-best', flat('0.01'))];
const rowsOf = (events: readonly DomainEvent[]) => foldProjection(rerates, events).rowsOf(reratesTable);

describe('the rerates projection', () => {
  it('tells cost, baseline and savings at the prices of that version, failed attempts included', () => {
    expect(rowsOf([...prices, ...request(), asked()])).to.deep.equal([
      {
        request_id: REQUEST,
        org_id: ORG,
        created_at: AT,
        catalog_version: 1,
        requested_at: '2026-11-21T00:00:00.000Z',
        cost_usd: '0.045',
        baseline_cost_usd: '0.3',
        savings_usd: '0.255',
      },
    ]);
  });

  it('takes the newest price that is not newer than the version', () => {
    const later = [priced('openai/gpt-a', flat('0.002')), priced('openai/gpt-a', flat('0.004'))];
    expect(rowsOf([...prices, ...later, ...request(), asked({ catalogVersion: 2 })])[0]?.cost_usd).to.equal('0.09');
    expect(rowsOf([...prices, ...later, ...request(), asked({ catalogVersion: 1 })])[0]?.cost_usd).to.equal('0.045');
  });

  it('knows no cost where that version had no price', () => {
    const [row] = rowsOf([priced('openai/gpt-a', null), priced('openai/gpt-best', flat('1')), ...request(), asked()]);
    expect([row?.cost_usd, row?.baseline_cost_usd, row?.savings_usd]).to.deep.equal([null, '30', null]);
  });

  it('corrects what was routed in the period, from inclusive, to exclusive, and only what had ended', () => {
    const at = (routedAt: string) => rowsOf([...prices, ...request({ routedAt }), asked()]);
    expect(at('2026-11-20T00:00:00.000Z')).to.have.length(1);
    expect(at('2026-11-20T23:59:59.999Z')).to.have.length(1);
    expect(at('2026-11-21T00:00:00.000Z')).to.have.length(0);
    expect(at('2026-11-19T23:59:59.999Z')).to.have.length(0);
    expect(rowsOf([...prices, ...request().slice(0, 2), asked()])).to.have.length(0);
  });

  it('lets the newest correction win', () => {
    const events = [
      ...prices,
      ...request(),
      asked(),
      priced('openai/gpt-a', flat('0.1')),
      asked({ catalogVersion: 6 }),
    ];
    const [row] = rowsOf(events);
    expect([row?.catalog_version, row?.cost_usd]).to.deep.equal([6, '4.5']);
  });

  it('compares nothing with a baseline where the request told none', () => {
    const [row] = rowsOf([...prices, ...request({ baselineCostUsd: null }), asked()]);
    expect([row?.baseline_cost_usd, row?.savings_usd]).to.deep.equal([null, null]);
  });
});
