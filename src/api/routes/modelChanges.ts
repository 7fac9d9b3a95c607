// GET /v1/model-changes: what changed of models, field by field, with who and which source.
import { z } from 'zod';
import { listModelChanges } from '../../readmodels/modelChanges.ts';
import { ModelChangeList } from '../auditAnswers.ts';
import { callerOf } from '../middleware/authenticate.ts';
import { PageQuery, parseCursor, toPage } from '../paging.ts';
import { parseInput } from '../problem.ts';
import type { Route } from './route.ts';

const Query = z.object({ model: z.string().max(200).optional().meta({ description: 'Model id' }), ...PageQuery });

export const modelChanges: Route = {
  method: 'get',
  path: '/v1/model-changes',
  access: 'key',
  doc: {
    summary: 'Changes of prices, ratings and details of models, newest first',
    tag: 'Models',
    scope: 'read',
    query: Query,
    answers: { 200: { description: 'A page of changes', schema: ModelChangeList } },
    errors: ['validation_error', 'forbidden'],
  },
  create:
    ({ postgres }) =>
    async (request, response) => {
      callerOf(response, 'read');
      const { model, limit, cursor } = parseInput(Query, request.query);
      const rows = await listModelChanges(postgres, { model }, { limit: limit + 1, after: parseCursor(cursor) });
      response.json(
        toPage(
          rows,
          limit,
          ({ changed_at, id }) => ({ at: changed_at, id }),
          (row) => ({ ...row, changed_at: row.changed_at.toISOString() }),
        ),
      );
    },
};
