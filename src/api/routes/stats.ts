// GET /v1/stats: requests, money and percentiles over time, by hour or day, in all or by model or task type.
import { z } from 'zod';
import { RouterError } from '../../domain/errors.ts';
import { BUCKETS, STAT_GROUPS, type Stats, readStats } from '../../readmodels/stats.ts';
import { StatsAnswer } from '../auditAnswers.ts';
import { callerOf } from '../middleware/authenticate.ts';
import { parseInput } from '../problem.ts';
import { DAY_MS, RangeQuery, toRange } from '../timeRange.ts';
import type { Route } from './route.ts';

const Query = z.object({
  ...RangeQuery,
  bucket: z.enum(BUCKETS).default('day'),
  group: z.enum(STAT_GROUPS).default('none'),
});
const BUCKET_MS = { hour: 3_600_000, day: DAY_MS };
const DEFAULT_BUCKETS = { hour: 48, day: 30 };
const MOST_BUCKETS = 1_000;

export const stats: Route = {
  method: 'get',
  path: '/v1/stats',
  access: 'key',
  doc: {
    summary: 'Requests, money, latency and overhead over time',
    description:
      'Buckets are hours or days in UTC; without from and to the last 48 hours or 30 days. Counts and money are exact, percentiles within 2.5 %.',
    tag: 'Usage',
    scope: 'read',
    query: Query,
    answers: { 200: { description: 'Totals and a time series', schema: StatsAnswer } },
    errors: ['validation_error', 'forbidden'],
  },
  create:
    ({ postgres, clock }) =>
    async (request, response) => {
      const { orgId } = callerOf(response, 'read');
      const { bucket, group, ...query } = parseInput(Query, request.query);
      const spanMs = BUCKET_MS[bucket] * DEFAULT_BUCKETS[bucket];
      const range = toRange(query, { now: clock.now(), spanMs });
      if ((range.to.getTime() - range.from.getTime()) / BUCKET_MS[bucket] > MOST_BUCKETS)
        throw new RouterError(
          'validation_error',
          `from and to are more than ${MOST_BUCKETS} buckets apart: ask for bucket=day, or a shorter time.`,
          { param: 'from', shouldRetry: false },
        );
      const report = await readStats(postgres, { orgId, ...range, bucket, group });
      response.json({
        from: range.from.toISOString(),
        to: range.to.toISOString(),
        bucket,
        group,
        baseline_models: report.baseline_models,
        totals: withNumbers(report.totals),
        series: report.series.map((point) => ({ ...withNumbers(point), at: point.at.toISOString(), key: point.key })),
      });
    },
};

function withNumbers(figures: Stats): object {
  return { ...figures, cost: Number(figures.cost_usd), savings: Number(figures.savings_usd) };
}
