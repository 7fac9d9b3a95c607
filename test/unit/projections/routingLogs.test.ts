import { expect } from 'chai';
import { describe, it } from 'mocha';
import { routingLogs, routingLogsTable } from '../../../projections/routingLogs.ts';
import { foldProjection } from '../../support/foldProjection.ts';
import { AT, REQUEST, completed, routed } from '../../support/requestEvents.ts';

const ids = () =>
  foldProjection(routingLogs, [routed()])
    .rowsOf(routingLogsTable)
    .map(({ id }) => id);

describe('the routing logs projection', () => {
  it('keeps the best candidates with their scores, the choice and the sentence', () => {
    const event = routed();
    const [row, ...others] = foldProjection(routingLogs, [event, completed()]).rowsOf(routingLogsTable);
    expect(others).to.deep.equal([]);
    expect(row).to.include({
      request_id: REQUEST,
      final_model: 'openai/gpt-a',
      reason: 'gpt-a is good enough and cheap.',
      created_at: AT,
      decision_digest: 'd1',
      candidate_count: 2,
    });
    expect(row?.considered_models).to.deep.equal(event.data.outcome.candidates);
    expect(row?.exclusions).to.deep.equal({ price_unknown: 3 });
  });

  it('has no final model where none was eligible', () => {
    const { outcome } = routed().data;
    const event = routed({ outcome: { ...outcome, chain: [], candidates: [], candidateCount: 0 } });
    expect(foldProjection(routingLogs, [event]).rowsOf(routingLogsTable)[0]?.final_model).to.equal(null);
  });

  it('gives the same ids when it is built again', () => {
    expect(ids()).to.deep.equal(ids());
  });
});
