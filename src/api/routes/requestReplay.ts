// GET /v1/requests/:id/replay: the recorded decision and every amount, computed again now.
import { RouterError } from '../../domain/errors.ts';
import { recountCosts } from '../../replay/recountCosts.ts';
import { replayDecision } from '../../replay/replayDecision.ts';
import { isKnownDecider } from '../../routing/deciders.ts';
import { ReplayAnswer } from '../auditAnswers.ts';
import { readOwnRequest } from '../ownRequest.ts';
import type { Route } from './route.ts';

export const requestReplay: Route = {
  method: 'get',
  path: '/v1/requests/:id/replay',
  access: 'key',
  doc: {
    summary: 'A recorded decision, taken again now: equal, or where it is not',
    tag: 'Audit',
    scope: 'read',
    answers: { 200: { description: 'The comparison', schema: ReplayAnswer } },
    errors: ['not_found', 'forbidden'],
  },
  create:
    ({ history }) =>
    async (request, response) => {
      const found = await readOwnRequest(history, request, response, 'read');
      const { routed } = found.request;
      if (!isKnownDecider(routed.deciderVersion))
        throw new RouterError(
          'not_found',
          `Decider ${routed.deciderVersion} took this decision, and this release does not have it: replay it with the release that did.`,
          { shouldRetry: false },
        );
      const context = await history.contextOf(routed);
      const { equal, differences, decision } = replayDecision(routed, context);
      const money = recountCosts(found.request, context.catalog);
      response.json({
        request_id: routed.requestId,
        equal,
        differences,
        money: { equal: money.length === 0, differences: money },
        decider_version: routed.deciderVersion,
        catalog_version: routed.catalogVersion,
        policy_version: routed.policyVersion,
        decision_digest: { recorded: routed.outcome.decisionDigest, recomputed: decision.outcome.decisionDigest },
      });
    },
};
