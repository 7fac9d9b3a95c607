// GET /v1/requests/:id: the events of one request, own org only.
import { z } from 'zod';
import { RouterError } from '../../domain/errors.ts';
import { StoryAnswer } from '../answers.ts';
import { callerOf } from '../middleware/authenticate.ts';
import type { Route } from './route.ts';

export const requestStory: Route = {
  method: 'get',
  path: '/v1/requests/:id',
  access: 'key',
  doc: {
    summary: 'The story of one request: its decision and all its events',
    tag: 'Audit',
    scope: 'read',
    answers: { 200: { description: 'The request', schema: StoryAnswer } },
    errors: ['not_found', 'forbidden'],
  },
  create:
    ({ gateway }) =>
    async (request, response) => {
      const { orgId } = callerOf(response, 'read');
      const id = z.uuid().safeParse(request.params['id']);
      const events = id.success ? await gateway.readStory(id.data, orgId) : undefined;
      // Another org's request is answered like one that never was.
      if (!id.success || !events)
        throw new RouterError('not_found', 'There is no request of that id.', { shouldRetry: false });
      const routed = events.find(({ type }) => type === 'RequestRouted');
      response.json({ request_id: id.data, decision: routed?.data ?? null, events });
    },
};
