// POST /v1/what-if: the org's recorded requests through another policy or another version of the catalog.
import { z } from 'zod';
import { RouterError } from '../../domain/errors.ts';
import { listRequestIds } from '../../readmodels/requests.ts';
import { HistoryError } from '../../replay/history.ts';
import { mergePolicy } from '../../replay/mergePolicy.ts';
import { readRequests, runWhatIf } from '../../replay/runWhatIf.ts';
import type { WhatIfPlan } from '../../replay/whatIf.ts';
import { WhatIfAnswer } from '../auditAnswers.ts';
import { callerOf } from '../middleware/authenticate.ts';
import { parseInput } from '../problem.ts';
import { DAY_MS, RangeQuery, toRange } from '../timeRange.ts';
import type { ApiTools } from '../tools.ts';
import type { Route } from './route.ts';

const Body = z.strictObject({
  ...RangeQuery,
  policy: z
    .record(z.string(), z.unknown())
    .optional()
    .meta({ description: 'Part of a policy, laid over the active one; without it each request keeps its own' }),
  catalog_version: z.int().nonnegative().optional().meta({ description: 'Without it each request keeps its own' }),
});
const DEFAULT_SPAN_MS = 7 * DAY_MS;
const MOST_SPAN_MS = 92 * DAY_MS;
/** About two seconds of work: more is for `npm run what-if`. */
const MOST_REQUESTS = 2_000;

export const whatIf: Route = {
  method: 'post',
  path: '/v1/what-if',
  access: 'key',
  doc: {
    summary: 'What another policy or price list would have done with your requests',
    description: `Over the newest ${MOST_REQUESTS} requests between from and to; without them of the last 7 days. Nothing is changed.`,
    tag: 'Audit',
    scope: 'read',
    body: Body,
    answers: { 200: { description: 'Both sides, and who moves', schema: WhatIfAnswer } },
    errors: ['validation_error', 'forbidden'],
  },
  create: (tools) => {
    const { postgres, history, clock } = tools;
    return async (request, response) => {
      const { orgId } = callerOf(response, 'read');
      const body = parseInput(Body, request.body);
      const range = toRange(body, { now: clock.now(), spanMs: DEFAULT_SPAN_MS, mostMs: MOST_SPAN_MS });
      const plan = await toPlan(tools, body);
      const ids = await listRequestIds(postgres, { orgId, ...range }, MOST_REQUESTS + 1);
      const notes =
        ids.length > MOST_REQUESTS ? [`Only the newest ${MOST_REQUESTS} requests of this time were compared.`] : [];
      const gone = new AbortController();
      response.once('close', () => gone.abort());
      const requests = readRequests(history, ids.slice(0, MOST_REQUESTS));
      const report = await runWhatIf(requests, history, plan, { notes, signal: gone.signal });
      response.json({ from: range.from.toISOString(), to: range.to.toISOString(), ...report });
    };
  },
};

async function toPlan({ history }: ApiTools, body: z.infer<typeof Body>): Promise<WhatIfPlan> {
  const { policy: patch, catalog_version: version } = body;
  const active = patch ? await history.currentPolicy() : undefined;
  if (patch && !active)
    throw new RouterError('not_found', 'No policy was published yet: run `npm run setup`.', { shouldRetry: false });
  try {
    return {
      policy: active && mergePolicy(active.policy, patch),
      catalog: version === undefined ? undefined : await history.catalogAt(version),
    };
  } catch (error) {
    if (error instanceof z.ZodError) throw policyProblem(error);
    if (error instanceof HistoryError)
      throw new RouterError(
        'validation_error',
        `catalog_version: ${error.message}; GET /v1/models tells the newest.`,
        { param: 'catalog_version', shouldRetry: false },
        { cause: error },
      );
    throw error;
  }
}

function policyProblem(error: z.ZodError): RouterError {
  const [issue] = error.issues;
  const param = ['policy', ...(issue?.path ?? [])].map(String).join('.');
  return new RouterError(
    'validation_error',
    `${param}: ${issue?.message ?? 'not a policy'}; GET /v1/policy shows a whole one.`,
    { param, shouldRetry: false },
    { cause: error },
  );
}
