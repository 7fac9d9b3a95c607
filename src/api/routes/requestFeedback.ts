// POST /v1/requests/:id/feedback: what the caller thinks of an answer. Every saying is kept; the newest one counts.
import { z } from 'zod';
import { giveFeedback } from '../../gateway/giveFeedback.ts';
import { FeedbackAnswer } from '../auditAnswers.ts';
import { toFeedbackEntry } from '../auditFormat.ts';
import { readOwnRequest } from '../ownRequest.ts';
import { parseInput } from '../problem.ts';
import type { Route } from './route.ts';

const Body = z
  .strictObject({
    score: z.number().min(-1).max(1).nullish(),
    accepted: z.boolean().nullish(),
    label: z.string().min(1).max(200).nullish(),
  })
  .refine(({ score, accepted }) => score != null || accepted != null, 'score (-1 to 1) or accepted is needed');

export const requestFeedback: Route = {
  method: 'post',
  path: '/v1/requests/:id/feedback',
  access: 'key',
  doc: {
    summary: 'What you think of an answer',
    tag: 'Audit',
    scope: 'chat',
    body: Body,
    answers: { 201: { description: 'What was recorded', schema: FeedbackAnswer } },
    errors: ['validation_error', 'not_found', 'forbidden'],
  },
  create:
    ({ history, store, clock, random }) =>
    async (request, response) => {
      const found = await readOwnRequest(history, request, response, 'chat');
      const { score = null, accepted = null, label = null } = parseInput(Body, request.body);
      const { requestId, orgId } = found.request.routed;
      const given = await giveFeedback({ store, clock, random }, { requestId, orgId, score, accepted, label });
      response.status(201).json({ request_id: requestId, feedback: toFeedbackEntry(given) });
    },
};
