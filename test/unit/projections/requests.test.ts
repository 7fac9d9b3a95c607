import { expect } from 'chai';
import { describe, it } from 'mocha';
import { attemptsTable, requestsTable, usageTable } from '../../../projections/requestTables.ts';
import { requests } from '../../../projections/requests.ts';
import { foldProjection } from '../../support/foldProjection.ts';
import { AT, ORG, REQUEST, attempted, completed, routed } from '../../support/requestEvents.ts';

const other = (n: number) => `0c0c0c0c-0000-4000-8000-00000000000${n}`;
const fold = (...events: Parameters<typeof foldProjection>[1]) => foldProjection(requests, events);

describe('the requests projection', () => {
  it('shows a request as soon as it is routed, without an end', () => {
    const folded = fold(routed());
    const [row] = folded.rowsOf(requestsTable);
    expect(row).to.include({
      id: REQUEST,
      org_id: ORG,
      task_type: 'coding',
      priority: 'balanced',
      outcome: 'routed',
      success: null,
      cost: null,
      created_at: AT,
      catalog_version: 4,
      policy_version: 2,
    });
    expect(folded.rowsOf(usageTable)).to.deep.equal([]);
  });

  it("takes the request's own deadline where it has one", () => {
    const event = routed();
    const wishes = { ...event.data.inputs.wishes, deadlineMs: 5_000 };
    const [row] = fold(routed({ inputs: { ...event.data.inputs, wishes } })).rowsOf(requestsTable);
    expect(row?.deadline_at).to.equal('2026-11-20T10:00:05.000Z');
  });

  it('finishes the row with what answered, its tokens and its exact cost', () => {
    const [row] = fold(routed(), attempted(), completed()).rowsOf(requestsTable);
    expect(row).to.include({
      provider: 'groq',
      model_used: 'openai/gpt-b',
      tokens: 38,
      tokens_input: 18,
      tokens_output: 20,
      cached_input_count: 5,
      cache_write_count: 3,
      reasoning_count: 4,
      cost: '0.000012345678',
      savings_usd: '0.000287654322',
      latency_ms: '998.5',
      success: true,
      outcome: 'succeeded',
      attempts_count: 2,
      decider_version: 1,
    });
  });

  it('keeps the first end of a request and counts it once', () => {
    const folded = fold(routed(), completed(), completed({ outcome: 'failed', costUsd: '5' }));
    expect(folded.rowsOf(requestsTable)[0]?.outcome).to.equal('succeeded');
    expect(folded.rowsOf(usageTable)[0]).to.include({ request_count: 1, cost_usd: '0.000012345678' });
  });

  it('makes a row of an end whose beginning is not in the log', () => {
    const [row] = fold(completed()).rowsOf(requestsTable);
    expect(row).to.include({ id: REQUEST, outcome: 'succeeded', policy_version: null, created_at: AT });
  });

  it('adds up usage by org, day, model and task without losing a pico-dollar', () => {
    const rows = fold(
      completed({ requestId: other(1), costUsd: '0.000000000001' }),
      completed({ requestId: other(2), costUsd: '1000000.1', savingsUsd: '-0.5' }),
      completed({ requestId: other(3), costUsd: null, savingsUsd: null }),
      completed({ requestId: other(4), routedAt: '2026-11-21T00:00:00.000Z' }),
      completed({
        requestId: other(5),
        outcome: 'failed',
        modelId: null,
        usage: null,
        costUsd: '0',
        errorCode: 'provider_error',
      }),
    ).rowsOf(usageTable);
    expect(rows).to.have.length(3);
    expect(rows[0]).to.include({
      day: '2026-11-20',
      model: 'groq/openai/gpt-b',
      request_count: 3,
      unpriced_count: 1,
      error_count: 0,
      token_count: 114,
      input_count: 30,
      cost_usd: '1000000.100000000001',
      savings_usd: '-0.499712345678',
    });
    expect(rows[1]).to.include({ day: '2026-11-21', request_count: 1 });
    expect(rows[2]).to.include({ model: 'none', error_count: 1, unpriced_count: 0, token_count: 0, cost_usd: '0' });
  });

  it('keeps every attempt, one row each', () => {
    const failed = attempted({ outcome: 'rate-limited', usage: null, costUsd: null, providerStatus: 429 });
    const rows = fold(routed(), failed, attempted({ attempt: 2 })).rowsOf(attemptsTable);
    expect(rows.map(({ outcome, attempt_number }) => [attempt_number, outcome])).to.deep.equal([
      [1, 'rate-limited'],
      [2, 'succeeded'],
    ]);
    expect(rows[0]).to.include({ tokens_input: null, cost_usd: null, provider_status: 429 });
    expect(rows[0]?.id).not.to.equal(rows[1]?.id);
  });
});
