// GET /v1/requests: the org's requests, newest first, filtered and paged.
import { z } from 'zod';
import { TaskType } from '../../domain/catalog.ts';
import { SHOWN_OUTCOMES, listRequests } from '../../readmodels/requests.ts';
import { RequestList } from '../auditAnswers.ts';
import { toRequestEntry } from '../auditFormat.ts';
import { callerOf } from '../middleware/authenticate.ts';
import { PageQuery, parseCursor, toPage } from '../paging.ts';
import { parseInput } from '../problem.ts';
import { Instant } from '../timeRange.ts';
import type { Route } from './route.ts';

const Query = z.object({
  from: Instant.optional(),
  to: Instant.optional(),
  model: z.string().max(200).optional().meta({ description: 'Model id of what answered' }),
  task_type: TaskType.optional(),
  outcome: z.enum(SHOWN_OUTCOMES).optional(),
  q: z.string().trim().min(1).max(200).optional().meta({
    description:
      'Text to look for: the beginning of a request id (four digits or more), or a part of a model id, of an error code, or of the label of an opinion (of the newest 1,000 that fit). Upper and lower case are one. Prompts and answers are not searched.',
  }),
  ...PageQuery,
});

export const requests: Route = {
  method: 'get',
  path: '/v1/requests',
  access: 'key',
  doc: {
    summary: "The org's requests, newest first",
    tag: 'Audit',
    scope: 'read',
    query: Query,
    answers: { 200: { description: 'A page of requests', schema: RequestList } },
    errors: ['validation_error', 'forbidden'],
  },
  create:
    ({ postgres }) =>
    async (request, response) => {
      const { orgId } = callerOf(response, 'read');
      const { from, to, model, task_type, outcome, q, limit, cursor } = parseInput(Query, request.query);
      const place = parseCursor(cursor);
      const rows = await listRequests(
        postgres,
        { orgId, from: toDate(from), to: toDate(to), model, taskType: task_type, outcome, text: q },
        { limit: limit + 1, after: place && { createdAt: place.at, requestId: place.id } },
      );
      response.json(
        toPage(rows, limit, ({ created_at, request_id }) => ({ at: created_at, id: request_id }), toRequestEntry),
      );
    },
};

function toDate(ms: number | undefined): Date | undefined {
  return ms === undefined ? undefined : new Date(ms);
}
