// /v1/admin/budgets: what orgs and keys may spend in a day or a month.
import { deleteBudget, listBudgets, setBudget } from '../../accounts/budgetSettings.ts';
import { BudgetAnswer, BudgetSetting, pageOf, toBudgetWish } from '../adminForms.ts';
import { z } from 'zod';
import { operatorOf } from '../middleware/authenticate.ts';
import { idIn, parseInput } from '../problem.ts';
import type { Route, RouteDoc } from './route.ts';

const admin = { tag: 'Admin', scope: 'admin' } as const satisfies Partial<RouteDoc>;
const Query = z.object({ org_id: z.uuid().optional() });

export const adminBudgets: Route = {
  method: 'get',
  path: '/v1/admin/budgets',
  access: 'key',
  doc: {
    ...admin,
    summary: 'Budgets and where they stand, of one org or of all',
    query: Query,
    answers: { 200: { description: 'All of them', schema: pageOf(BudgetAnswer) } },
    errors: ['validation_error', 'forbidden'],
  },
  create:
    ({ postgres, clock }) =>
    async (request, response) => {
      operatorOf(response);
      const { org_id: orgId } = parseInput(Query, request.query);
      response.json({ data: await listBudgets(postgres, { orgId }, clock), next_cursor: null });
    },
};

export const adminSetBudget: Route = {
  method: 'put',
  path: '/v1/admin/budgets',
  access: 'key',
  doc: {
    ...admin,
    summary: 'Sets the daily or monthly budget of an org or a key',
    description:
      'At the soft limit an alert is raised, once a period; past the hard limit requests get 402. It holds within three seconds.',
    body: BudgetSetting,
    answers: { 200: { description: 'The budget and where it stands', schema: BudgetAnswer } },
    errors: ['validation_error', 'forbidden', 'not_found'],
  },
  create: (tools) => async (request, response) => {
    const by = operatorOf(response);
    response.json(await setBudget(tools, toBudgetWish(parseInput(BudgetSetting, request.body)), by));
  },
};

export const adminDeleteBudget: Route = {
  method: 'post',
  path: '/v1/admin/budgets/:id/delete',
  access: 'key',
  doc: {
    ...admin,
    summary: 'Takes a budget away',
    answers: { 204: { description: 'It is gone' } },
    errors: ['forbidden', 'not_found'],
  },
  create: (tools) => async (request, response) => {
    const by = operatorOf(response);
    await deleteBudget(tools, idIn(request.params['id'], 'budget'), by);
    response.status(204).end();
  },
};
