// Figures over time, added up from hours, against the long way over every request.
import { expect } from 'chai';
import { requests } from '../../../projections/requests.ts';
import type { DomainEvent } from '../../../src/domain/events.ts';
import { BUCKETS, STAT_GROUPS, type Stats, readStats } from '../../../src/readmodels/stats.ts';
import { appendDrafts } from '../../support/eventLog.ts';
import { useProjections } from '../../support/projectionBench.ts';
import { createRandomRequests } from '../../support/randomRequests.ts';
import { ORG } from '../../support/requestEvents.ts';

const COUNT = 300;
const KEYS = { none: 'null::text', model: `coalesce(provider || '/' || model_used, 'none')`, task_type: 'task_type' };

/** The same request with times of its own, every tenth failed, every fifteenth without an end. */
function spread(events: readonly DomainEvent[], index: number): DomainEvent[] {
  const times = {
    latencyMs: 3 * index + 0.5,
    overheadMs: 0.2 + (index % 50) / 10,
    firstTokenMs: index % 3 ? index : null,
  };
  const outcome = index % 10 === 0 ? ('failed' as const) : ('succeeded' as const);
  const end = events.find((event) => event.type === 'RequestCompleted');
  const taskType = end?.data.taskType ?? 'chat';
  const ended = events.map((event): DomainEvent => {
    if (event.type === 'RequestCompleted') return { ...event, data: { ...event.data, ...times, outcome } };
    if (event.type !== 'RequestRouted') return event;
    const { inputs } = event.data;
    return { ...event, data: { ...event.data, inputs: { ...inputs, features: { ...inputs.features, taskType } } } };
  });
  return index % 15 === 0 ? ended.filter(({ type }) => type !== 'RequestCompleted') : ended;
}

function expectSame(found: Stats, wanted: Stats, where: string): void {
  for (const name of ['requests', 'errors', 'tokens', 'cost_usd', 'baseline_usd', 'savings_usd'] as const)
    expect(found[name], `${where}: ${name}`).to.equal(wanted[name]);
  for (const name of [
    'latency_p50_ms',
    'latency_p95_ms',
    'overhead_p50_ms',
    'overhead_p95_ms',
    'first_token_p50_ms',
  ] as const) {
    const exact = wanted[name];
    if (exact === null) expect(found[name], `${where}: ${name}`).to.equal(null);
    else
      expect(found[name], `${where}: ${name}`).to.be.closeTo(
        exact,
        exact * 0.026 + (name.startsWith('overhead') ? 0.01 : 0.51),
      );
  }
}

describe('figures over time', function () {
  this.timeout(60_000);
  const bench = useProjections();

  async function theLongWay(from: Date, to: Date, bucket: string, group: keyof typeof KEYS) {
    const { rows } = await bench.postgres.query<Stats & { is_total: number; at: Date | null; key: string | null }>(
      `with asked as (
         select date_trunc('${bucket}', created_at, 'UTC') as at, ${KEYS[group]} as key, * from request_outcomes
         where org_id = $1 and created_at >= $2 and created_at < $3)
       select grouping(at) as is_total, at, key, count(*)::float8 as requests,
         (count(*) filter (where shown_outcome in ('failed', 'abandoned')))::float8 as errors,
         coalesce(sum(tokens), 0)::float8 as tokens, trim_scale(coalesce(sum(cost), 0))::text as cost_usd,
         trim_scale(coalesce(sum(baseline_cost_usd), 0))::text as baseline_usd,
         trim_scale(coalesce(sum(savings_usd), 0))::text as savings_usd,
         percentile_disc(0.5) within group (order by latency_ms)::float8 as latency_p50_ms,
         percentile_disc(0.95) within group (order by latency_ms)::float8 as latency_p95_ms,
         percentile_disc(0.5) within group (order by overhead_ms)::float8 as overhead_p50_ms,
         percentile_disc(0.95) within group (order by overhead_ms)::float8 as overhead_p95_ms,
         percentile_disc(0.5) within group (order by first_token_ms)::float8 as first_token_p50_ms
       from asked group by grouping sets ((), (at, key)) order by at, key`,
      [ORG, from, to],
    );
    return rows;
  }

  it('are those of the requests: counts and money exactly, percentiles within 2.5 %, whatever the span', async () => {
    bench.start(requests);
    const make = createRandomRequests(7);
    for (let index = 1; index <= COUNT; index += 1) {
      const { id, events } = make(index);
      await appendDrafts(bench.store, `request-${id}`, spread(events, index));
    }
    await bench.caughtUp('requests');
    const { rows } = await bench.postgres.query<{ least: Date }>('select min(created_at) as least from requests');
    const day = Math.floor((rows[0]?.least.getTime() ?? 0) / 86_400_000) * 86_400_000;
    const spans = [
      [0, 24],
      [2.3, 21.7],
      [5.1, 5.9],
      [5.5, 6.5],
      [7, 9],
    ] as const;
    for (const [first, last] of spans) {
      const from = new Date(day + first * 3_600_000);
      const to = new Date(day + last * 3_600_000);
      for (const bucket of BUCKETS) {
        for (const group of STAT_GROUPS) {
          const where = `${first} to ${last} by ${bucket} and ${group}`;
          const found = await readStats(bench.postgres, { orgId: ORG, from, to, bucket, group });
          const wanted = await theLongWay(from, to, bucket, group);
          const total = wanted.find(({ is_total }) => is_total === 1);
          if (!total) throw new Error('no total');
          expectSame(found.totals, total, where);
          const series = wanted.filter(({ at }) => at !== null);
          expect(
            found.series.map(({ at, key }) => [at, key]),
            where,
          ).to.deep.equal(series.map(({ at, key }) => [at, key]));
          for (const [index, point] of found.series.entries()) {
            const own = series[index];
            if (own) expectSame(point, own, `${where}, ${point.at.toISOString()} ${point.key}`);
          }
        }
      }
    }
    const { baseline_models: baselines } = await readStats(bench.postgres, {
      orgId: ORG,
      from: new Date(day),
      to: new Date(day + 86_400_000),
      bucket: 'day',
      group: 'none',
    });
    const { rows: named } = await bench.postgres.query<{ model: string }>(
      'select distinct baseline_model as model from requests where baseline_model is not null order by 1',
    );
    expect(baselines).to.deep.equal(named.map(({ model }) => model));
  });
});
