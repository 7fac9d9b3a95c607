// GET /v1/account: the calling key, its org, and where their limits and budgets stand.
import { listBudgets } from '../../accounts/budgetSettings.ts';
import type { Limits } from '../../accounts/authenticate.ts';
import { readOrg } from '../../accounts/orgs.ts';
import { AccountAnswer } from '../adminForms.ts';
import { callerOf } from '../middleware/authenticate.ts';
import type { Route } from './route.ts';

export const account: Route = {
  method: 'get',
  path: '/v1/account',
  access: 'key',
  doc: {
    summary: 'The calling key, its org, its limits and budgets',
    tag: 'Usage',
    scope: 'read',
    answers: { 200: { description: 'The account', schema: AccountAnswer } },
    errors: ['forbidden'],
  },
  create:
    ({ postgres, clock }) =>
    async (_request, response) => {
      const caller = callerOf(response, 'read');
      const { orgId, keyId } = caller;
      const { id, name, baseline_model, capture_content_days } = await readOrg(postgres, orgId);
      response.json({
        org: { id, name, baseline_model, capture_content_days },
        key: { id: keyId, prefix: caller.prefix, scopes: caller.scopes },
        limits: { key: toForm(caller.limits), org: toForm(caller.orgLimits) },
        allowed_models: caller.keyModels ?? caller.orgModels,
        budgets: await listBudgets(postgres, { orgId, keyId }, clock),
      });
    },
};

function toForm({ requestsPerMin, tokensPerMin, concurrent }: Limits) {
  return { requests_per_min: requestsPerMin, tokens_per_min: tokensPerMin, concurrent };
}
