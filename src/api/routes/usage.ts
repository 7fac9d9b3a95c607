// GET /v1/usage?from&to: what the caller's org used; ISO dates or times in UTC, from inclusive, to exclusive.
import { z } from 'zod';
import { readUsage } from '../../readmodels/usage.ts';
import { UsageAnswer } from '../answers.ts';
import { callerOf } from '../middleware/authenticate.ts';
import { parseInput } from '../problem.ts';
import { DAY_MS, RangeQuery, toRange } from '../timeRange.ts';
import type { Route } from './route.ts';

const Query = z.object({ ...RangeQuery, rerated: z.enum(['true', 'false']).optional() });
const DEFAULT_SPAN_MS = 30 * DAY_MS;

export const usage: Route = {
  method: 'get',
  path: '/v1/usage',
  access: 'key',
  doc: {
    summary: 'What the org used, paid and saved',
    description:
      'From inclusive, to exclusive, in UTC; without them the last 30 days. With `rerated=true`, corrected figures in place of the first ones.',
    tag: 'Usage',
    scope: 'read',
    query: Query,
    answers: { 200: { description: 'Totals, and by model, task type and day', schema: UsageAnswer } },
    errors: ['validation_error', 'forbidden'],
  },
  create:
    ({ postgres, clock }) =>
    async (request, response) => {
      const { orgId } = callerOf(response, 'read');
      const { rerated, ...query } = parseInput(Query, request.query);
      const range = toRange(query, { now: clock.now(), spanMs: DEFAULT_SPAN_MS });
      const report = await readUsage(postgres, { orgId, ...range, rerated: rerated === 'true' });
      response.json({ from: range.from.toISOString(), to: range.to.toISOString(), ...report });
    },
};
