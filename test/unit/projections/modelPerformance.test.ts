import { expect } from 'chai';
import { modelPerformance, performanceTable } from '../../../projections/modelPerformance.ts';
import { NO_USAGE } from '../../../src/domain/usage.ts';
import { foldProjection } from '../../support/foldProjection.ts';
import { ORG, attempted } from '../../support/requestEvents.ts';

const usage = { ...NO_USAGE, input: 10, output: 50 };

const counted = (histogram: object | undefined) =>
  Object.values(histogram ?? {}).reduce((sum: number, n) => sum + Number(n), 0);

describe('the performance of models', () => {
  it('counts attempts by org, model and hour, with times of those that succeeded and failures by kind', () => {
    const events = [
      attempted({ usage, durationMs: 100.5, firstTokenMs: 20 }),
      attempted({ usage, durationMs: 200.25, firstTokenMs: null }),
      attempted({ outcome: 'overloaded', usage: null, durationMs: 9_000 }),
      attempted({ startedAt: '2026-11-20T11:00:00.000Z', usage }),
    ];
    const rows = foldProjection(modelPerformance, events).rowsOf(performanceTable);
    expect(rows.map(({ hour, attempt_count }) => [hour, attempt_count])).to.deep.equal([
      ['2026-11-20T10:00:00.000Z', 3],
      ['2026-11-20T11:00:00.000Z', 1],
    ]);
    expect(rows[0]).to.deep.include({
      org_id: ORG,
      model: 'openai/gpt-a',
      succeeded_count: 2,
      failures: { overloaded: 1 },
      output_count: 100,
      busy_ms: '300.75',
    });
    expect(counted(rows[0]?.latency_histogram)).to.equal(2);
    expect(counted(rows[0]?.first_token_histogram)).to.equal(1);
  });

  it('leaves out attempts of version 1, which do not say whose they were', () => {
    expect(foldProjection(modelPerformance, [attempted({ orgId: null })]).rowsOf(performanceTable)).to.deep.equal([]);
  });
});
