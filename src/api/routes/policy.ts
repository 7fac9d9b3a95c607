// GET /v1/policy: the routing policy that decides now, with its version.
import { RouterError } from '../../domain/errors.ts';
import { PolicyAnswer } from '../auditAnswers.ts';
import { callerOf } from '../middleware/authenticate.ts';
import type { Route } from './route.ts';

export const policy: Route = {
  method: 'get',
  path: '/v1/policy',
  access: 'key',
  doc: {
    summary: 'The active routing policy',
    tag: 'Audit',
    scope: 'read',
    answers: { 200: { description: 'The policy and its version', schema: PolicyAnswer } },
    errors: ['not_found', 'forbidden'],
  },
  create:
    ({ history }) =>
    async (_request, response) => {
      callerOf(response, 'read');
      const current = await history.currentPolicy();
      if (!current)
        throw new RouterError('not_found', 'No policy was published yet: run `npm run setup`.', { shouldRetry: false });
      response.json(current);
    },
};
