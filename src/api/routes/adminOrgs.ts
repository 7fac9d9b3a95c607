// /v1/admin/orgs and /v1/admin/users: the operator's view of who there is.
import { changeOrg, createOrg, createUser, listOrgs, listUsers } from '../../accounts/orgs.ts';
import {
  OrgAnswer,
  OrgChange,
  OrgCreation,
  Paging,
  PagingOfOrg,
  UserAnswer,
  UserCreation,
  pageOf,
  toOrgSettings,
} from '../adminForms.ts';
import { operatorOf } from '../middleware/authenticate.ts';
import { idIn, parseInput } from '../problem.ts';
import type { Route } from './route.ts';

export const adminOrgs: Route = {
  method: 'get',
  path: '/v1/admin/orgs',
  access: 'key',
  doc: {
    summary: 'All orgs',
    tag: 'Admin',
    scope: 'admin',
    query: Paging,
    answers: { 200: { description: 'A page of orgs', schema: pageOf(OrgAnswer) } },
    errors: ['validation_error', 'forbidden'],
  },
  create:
    ({ postgres }) =>
    async (request, response) => {
      operatorOf(response);
      response.json(await listOrgs(postgres, parseInput(Paging, request.query)));
    },
};

export const adminCreateOrg: Route = {
  method: 'post',
  path: '/v1/admin/orgs',
  access: 'key',
  doc: {
    summary: 'A new org',
    tag: 'Admin',
    scope: 'admin',
    body: OrgCreation,
    answers: { 201: { description: 'The org', schema: OrgAnswer } },
    errors: ['validation_error', 'forbidden', 'model_not_found'],
  },
  create: (tools) => async (request, response) => {
    const by = operatorOf(response);
    const form = parseInput(OrgCreation, request.body);
    const settings = toOrgSettings(form, tools.gateway.catalog());
    response.status(201).json(await createOrg(tools, { ...settings, name: form.name, by }));
  },
};

export const adminChangeOrg: Route = {
  method: 'patch',
  path: '/v1/admin/orgs/:id',
  access: 'key',
  doc: {
    summary: 'Changes what is given of an org',
    tag: 'Admin',
    scope: 'admin',
    body: OrgChange,
    answers: { 200: { description: 'The org as it is now', schema: OrgAnswer } },
    errors: ['validation_error', 'forbidden', 'not_found', 'model_not_found'],
  },
  create: (tools) => async (request, response) => {
    const by = operatorOf(response);
    const orgId = idIn(request.params['id'], 'org');
    const settings = toOrgSettings(parseInput(OrgChange, request.body), tools.gateway.catalog());
    response.json(await changeOrg(tools, orgId, settings, by));
  },
};

export const adminUsers: Route = {
  method: 'get',
  path: '/v1/admin/users',
  access: 'key',
  doc: {
    summary: 'Users, of one org or of all',
    tag: 'Admin',
    scope: 'admin',
    query: PagingOfOrg,
    answers: { 200: { description: 'A page of users', schema: pageOf(UserAnswer) } },
    errors: ['validation_error', 'forbidden'],
  },
  create:
    ({ postgres }) =>
    async (request, response) => {
      operatorOf(response);
      const { org_id: orgId, ...page } = parseInput(PagingOfOrg, request.query);
      response.json(await listUsers(postgres, { ...page, orgId }));
    },
};

export const adminCreateUser: Route = {
  method: 'post',
  path: '/v1/admin/users',
  access: 'key',
  doc: {
    summary: 'A new user of an org',
    tag: 'Admin',
    scope: 'admin',
    body: UserCreation,
    answers: { 201: { description: 'The user', schema: UserAnswer } },
    errors: ['validation_error', 'forbidden', 'not_found'],
  },
  create: (tools) => async (request, response) => {
    const by = operatorOf(response);
    const { org_id: orgId, email } = parseInput(UserCreation, request.body);
    response.status(201).json(await createUser(tools, { orgId, email, by }));
  },
};
