// GET /v1/usage?from&to: what the caller's org used; ISO dates or times in UTC, from inclusive, to exclusive.
import { z } from 'zod';
import { RouterError } from '../../domain/errors.ts';
import { readUsage } from '../../readmodels/usage.ts';
import { UsageAnswer } from '../answers.ts';
import { callerOf } from '../middleware/authenticate.ts';
import { parseInput } from '../problem.ts';
import type { Route } from './route.ts';

const instant = z
  .union(
    [z.iso.date(), z.iso.datetime({ offset: true })],
    'an ISO date (2026-11-25) or time in UTC (2026-11-25T14:00:00Z)',
  )
  .transform((text) => Date.parse(text));
const Query = z.object({ from: instant.optional(), to: instant.optional() });
const DEFAULT_SPAN_MS = 30 * 86_400_000;

export const usage: Route = {
  method: 'get',
  path: '/v1/usage',
  access: 'key',
  doc: {
    summary: 'What the org used, paid and saved',
    description: 'From inclusive, to exclusive, in UTC; without them the last 30 days.',
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
      const { to = clock.now() + 1, from = to - DEFAULT_SPAN_MS } = parseInput(Query, request.query);
      if (from >= to)
        throw new RouterError('validation_error', 'from must be before to.', { param: 'from', shouldRetry: false });
      const report = await readUsage(postgres, { orgId, from: new Date(from), to: new Date(to) });
      response.json({ from: new Date(from).toISOString(), to: new Date(to).toISOString(), ...report });
    },
};
