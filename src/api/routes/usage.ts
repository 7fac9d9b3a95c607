// GET /v1/usage?from&to: what the caller's org used; ISO dates or times in UTC, from inclusive, to exclusive.
import { z } from 'zod';
import { RouterError } from '../../domain/errors.ts';
import { type UsageRow, readUsage } from '../../readmodels/usage.ts';
import { callerOf } from '../middleware/authenticate.ts';
import { canonicalUsd, numberOf } from '../openaiFormat.ts';
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
  create:
    ({ postgres, clock }) =>
    async (request, response) => {
      const { orgId } = callerOf(response, 'read');
      const { to = clock.now() + 1, from = to - DEFAULT_SPAN_MS } = parseInput(Query, request.query);
      if (from >= to)
        throw new RouterError('validation_error', 'from must be before to.', { param: 'from', shouldRetry: false });
      const report = await readUsage(postgres, { orgId, from: new Date(from), to: new Date(to) });
      response.json({
        from: new Date(from).toISOString(),
        to: new Date(to).toISOString(),
        total_requests: report.total.requests,
        total_cost: numberOf(report.total.costUsd),
        total_cost_usd: canonicalUsd(report.total.costUsd),
        total_savings: numberOf(report.total.savingsUsd),
        total_savings_usd: canonicalUsd(report.total.savingsUsd),
        total_tokens: report.total.tokens,
        errors: report.total.errors,
        unpriced_requests: report.total.unpriced,
        by_model: report.byModel.map(toRow),
        by_task_type: report.byTaskType.map(toRow),
        by_date: report.byDate.map(toRow),
      });
    },
};

function toRow({ key, requests, errors, tokens, costUsd, savingsUsd }: UsageRow): object {
  return {
    key,
    requests,
    errors,
    tokens,
    cost: numberOf(costUsd),
    cost_usd: canonicalUsd(costUsd),
    savings: numberOf(savingsUsd),
    savings_usd: canonicalUsd(savingsUsd),
  };
}
