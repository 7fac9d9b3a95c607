// GET /v1/requests/:id: one request whole, with every candidate recomputed, its money line by line, and all of it in words.
import { StoryAnswer } from '../auditAnswers.ts';
import { toStory } from '../auditFormat.ts';
import { readOwnRequest } from '../ownRequest.ts';
import { replayDecision } from '../../replay/replayDecision.ts';
import { summariseRequest } from '../../replay/summariseRequest.ts';
import { isKnownDecider } from '../../routing/deciders.ts';
import type { Route } from './route.ts';

export const requestStory: Route = {
  method: 'get',
  path: '/v1/requests/:id',
  access: 'key',
  doc: {
    summary: 'The story of one request: its decision, attempts, money and all its events',
    tag: 'Audit',
    scope: 'read',
    answers: { 200: { description: 'The request', schema: StoryAnswer } },
    errors: ['not_found', 'forbidden'],
  },
  create:
    ({ history, content, clock }) =>
    async (request, response) => {
      const found = await readOwnRequest(history, request, response, 'read');
      const { routed } = found.request;
      const context = await history.contextOf(routed);
      const feedback = await history.readFeedback(routed.requestId);
      response.json(
        toStory({
          ...found,
          summary: summariseRequest(found.request, clock.now()),
          replayed: isKnownDecider(routed.deciderVersion) ? replayDecision(routed, context) : undefined,
          catalog: context.catalog,
          policy: context.policy,
          contentKept: await content.has(routed.requestId),
          feedback: feedback.flatMap((event) => (event.type === 'FeedbackGiven' ? [event.data] : [])),
        }),
      );
    },
};
