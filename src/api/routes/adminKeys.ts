// /v1/admin/keys: made, listed, changed, rotated, revoked. A key is shown once, in the answer that made it.
import { createApiKey, revokeApiKey } from '../../accounts/accounts.ts';
import { changeKey, listKeys, readKeyView, rotateKey } from '../../accounts/keys.ts';
import { readOrg } from '../../accounts/orgs.ts';
import {
  KeyAnswer,
  KeyChange,
  KeyCreation,
  KeyRotation,
  NewKeyAnswer,
  PagingOfOrg,
  pageOf,
  toKeySettings,
} from '../adminForms.ts';
import { operatorOf } from '../middleware/authenticate.ts';
import { idIn, parseInput } from '../problem.ts';
import type { Route, RouteDoc } from './route.ts';

const admin = { tag: 'Admin', scope: 'admin' } as const satisfies Partial<RouteDoc>;

export const adminKeys: Route = {
  method: 'get',
  path: '/v1/admin/keys',
  access: 'key',
  doc: {
    ...admin,
    summary: 'Keys, of one org or of all',
    query: PagingOfOrg,
    answers: { 200: { description: 'A page of keys, without their secrets', schema: pageOf(KeyAnswer) } },
    errors: ['validation_error', 'forbidden'],
  },
  create:
    ({ postgres }) =>
    async (request, response) => {
      operatorOf(response);
      const { org_id: orgId, ...page } = parseInput(PagingOfOrg, request.query);
      response.json(await listKeys(postgres, { ...page, orgId }));
    },
};

export const adminCreateKey: Route = {
  method: 'post',
  path: '/v1/admin/keys',
  access: 'key',
  doc: {
    ...admin,
    summary: 'A new key',
    description: 'Scopes are chat and read unless said. The user is made when the org has none of that address.',
    body: KeyCreation,
    answers: { 201: { description: 'The key, shown this once', schema: NewKeyAnswer } },
    errors: ['validation_error', 'forbidden', 'not_found', 'model_not_found'],
  },
  create: (tools) => async (request, response) => {
    const by = operatorOf(response);
    const form = parseInput(KeyCreation, request.body);
    const settings = toKeySettings(form, tools.gateway.catalog());
    const org = await readOrg(tools.postgres, form.org_id);
    const { key, keyId } = await createApiKey(tools, { ...settings, org: org.name, email: form.email, by });
    response.status(201).json({ ...(await readKeyView(tools.postgres, keyId)), key });
  },
};

export const adminChangeKey: Route = {
  method: 'patch',
  path: '/v1/admin/keys/:id',
  access: 'key',
  doc: {
    ...admin,
    summary: 'Changes what is given of a key',
    description: 'It holds everywhere within three seconds.',
    body: KeyChange,
    answers: { 200: { description: 'The key as it is now', schema: KeyAnswer } },
    errors: ['validation_error', 'forbidden', 'not_found', 'model_not_found'],
  },
  create: (tools) => async (request, response) => {
    const by = operatorOf(response);
    const keyId = idIn(request.params['id'], 'key');
    const settings = toKeySettings(parseInput(KeyChange, request.body), tools.gateway.catalog());
    response.json(await changeKey(tools, keyId, settings, by));
  },
};

export const adminRotateKey: Route = {
  method: 'post',
  path: '/v1/admin/keys/:id/rotate',
  access: 'key',
  doc: {
    ...admin,
    summary: 'A successor with the same rights; the old key ends after the overlap',
    body: KeyRotation,
    answers: { 201: { description: 'The new key, shown this once', schema: NewKeyAnswer } },
    errors: ['validation_error', 'forbidden', 'not_found'],
  },
  create: (tools) => async (request, response) => {
    const by = operatorOf(response);
    const keyId = idIn(request.params['id'], 'key');
    const { overlap_sec: overlapSec } = parseInput(KeyRotation, request.body ?? {});
    const { key, view } = await rotateKey(tools, { keyId, overlapSec, by });
    response.status(201).json({ ...view, key });
  },
};

export const adminRevokeKey: Route = {
  method: 'post',
  path: '/v1/admin/keys/:id/revoke',
  access: 'key',
  doc: {
    ...admin,
    summary: 'Ends a key, everywhere within three seconds',
    answers: { 200: { description: 'The key as it is now', schema: KeyAnswer } },
    errors: ['forbidden', 'not_found'],
  },
  create: (tools) => async (request, response) => {
    const by = operatorOf(response);
    const keyId = idIn(request.params['id'], 'key');
    await revokeApiKey(tools, keyId, by);
    response.json(await readKeyView(tools.postgres, keyId));
  },
};
