// POST /v1/router/debug: the decision that /v1/chat would take now, without a call: every candidate, every exclusion.
import { DebugAnswer } from '../answers.ts';
import { callerOf } from '../middleware/authenticate.ts';
import { parseInput } from '../problem.ts';
import { ChatRequest, fromChatRequest } from '../requestBodies.ts';
import { toRoutedRequest } from '../routedRequest.ts';
import { withoutNulls } from '../withoutNulls.ts';
import type { Route } from './route.ts';

export const routerDebug: Route = {
  method: 'post',
  path: '/v1/router/debug',
  access: 'key',
  doc: {
    summary: 'The decision, without a call',
    description:
      'Exactly the decision that POST /v1/chat would take now: every candidate with its score, every exclusion.',
    tag: 'Chat',
    scope: 'chat',
    body: ChatRequest,
    answers: { 200: { description: 'The decision', schema: DebugAnswer } },
    errors: ['validation_error', 'model_not_found', 'forbidden', 'payload_too_large'],
  },
  create:
    ({ gateway }) =>
    (request, response) => {
      callerOf(response, 'chat');
      const parsed = fromChatRequest(parseInput(ChatRequest, withoutNulls(request.body)), gateway.catalog());
      const explained = gateway.explain(toRoutedRequest(request, response, 'chat', parsed));
      const { outcome, candidates, excluded } = explained.decision;
      response.json({
        task_type: explained.features.taskType,
        features: explained.features,
        weights: explained.weights,
        considered_models: candidates,
        excluded_models: excluded,
        final_model: outcome.chain[0]?.modelId ?? null,
        chain: outcome.chain,
        baseline: outcome.baseline,
        reason: outcome.reason,
        decision_digest: outcome.decisionDigest,
        catalog_version: explained.catalogVersion,
        policy_version: explained.policyVersion,
        decider_version: explained.deciderVersion,
      });
    },
};
