// GET /v1/requests/:id/content: what was asked and answered, where the org has it kept.
import { RouterError } from '../../domain/errors.ts';
import { ContentAnswer } from '../auditAnswers.ts';
import { readOwnRequest } from '../ownRequest.ts';
import type { Route } from './route.ts';

export const requestContent: Route = {
  method: 'get',
  path: '/v1/requests/:id/content',
  access: 'key',
  doc: {
    summary: 'What was asked and answered, where the org has it kept',
    description:
      'Only of orgs with `capture_content_days`, and only for so many days; `npm run erase` takes it away before.',
    tag: 'Audit',
    scope: 'read',
    answers: { 200: { description: 'Both bodies as they were sent', schema: ContentAnswer } },
    errors: ['not_found', 'forbidden'],
  },
  create:
    ({ history, content }) =>
    async (request, response) => {
      const { routed } = (await readOwnRequest(history, request, response, 'read')).request;
      const kept = await content.read(routed.requestId);
      if (!kept)
        throw new RouterError(
          'not_found',
          'The content of this request is not kept: its org did not ask for that, or it has expired or was erased.',
          { shouldRetry: false },
        );
      response.json({
        request_id: routed.requestId,
        captured_at: kept.createdAt.toISOString(),
        expires_at: kept.expiresAt.toISOString(),
        request: { body: kept.requestBody.toString('utf8') },
        answer: {
          status: kept.answerStatus,
          content_type: kept.answerType,
          body: kept.answerBody?.toString('utf8') ?? null,
        },
      });
    },
};
