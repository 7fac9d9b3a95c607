// GET /v1/models/<id>/performance: how a model answered the org's requests, by hour and in all.
import { z } from 'zod';
import { findModel } from '../../domain/catalog.ts';
import { RouterError } from '../../domain/errors.ts';
import { readPerformance } from '../../readmodels/performance.ts';
import { PerformanceAnswer } from '../auditAnswers.ts';
import { callerOf } from '../middleware/authenticate.ts';
import { parseInput } from '../problem.ts';
import { DAY_MS, RangeQuery, toRange } from '../timeRange.ts';
import type { Route } from './route.ts';

const Query = z.object(RangeQuery);

export const modelPerformance: Route = {
  method: 'get',
  path: '/v1/models/*id/performance',
  access: 'key',
  doc: {
    summary: "How a model answered your org's requests, hour by hour",
    description: 'Without from and to the last 24 hours, at most 31 days. Percentiles are within 2.5 %.',
    tag: 'Models',
    scope: 'read',
    query: Query,
    answers: { 200: { description: 'Totals, and each hour with a call', schema: PerformanceAnswer } },
    errors: ['validation_error', 'model_not_found', 'forbidden'],
  },
  create:
    ({ gateway, postgres, clock }) =>
    async (request, response) => {
      const { orgId } = callerOf(response, 'read');
      const id = [request.params['id'] ?? []].flat().join('/');
      const range = toRange(parseInput(Query, request.query), {
        now: clock.now(),
        spanMs: DAY_MS,
        mostMs: 31 * DAY_MS,
      });
      const model = findModel(gateway.catalog(), id);
      if (!model)
        throw new RouterError(
          'model_not_found',
          `There is no model ${JSON.stringify(id.slice(0, 200))}: GET /v1/models lists them.`,
          { shouldRetry: false },
        );
      const { totals, hours } = await readPerformance(postgres, { orgId, model: model.id, ...range });
      response.json({
        model: model.id,
        from: range.from.toISOString(),
        to: range.to.toISOString(),
        totals,
        hours: hours.map(({ hour, ...figures }) => ({ hour: hour.toISOString(), ...figures })),
      });
    },
};
