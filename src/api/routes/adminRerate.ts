// POST /v1/admin/rerate: tells costs of the past at the prices of another catalog version. Past events stay as they are.
import { z } from 'zod';
import { requestRerate } from '../../replay/requestRerate.ts';
import { operatorOf } from '../middleware/authenticate.ts';
import { parseInput } from '../problem.ts';
import { Instant } from '../timeRange.ts';
import type { Route } from './route.ts';

const Body = z
  .strictObject({ from: Instant, to: Instant, catalog_version: z.int().min(0).max(1_000_000_000) })
  .meta({ title: 'RerateWish' });

export const adminRerate: Route = {
  method: 'post',
  path: '/v1/admin/rerate',
  access: 'key',
  doc: {
    summary: 'Tells costs of a past period at the prices of another catalog version',
    description: 'The first figures stay; `GET /v1/usage?rerated=true` tells the corrected ones.',
    tag: 'Admin',
    scope: 'admin',
    body: Body,
    answers: { 202: { description: 'Asked for', schema: z.object({ days: z.int() }) } },
    errors: ['validation_error', 'forbidden'],
  },
  create: (tools) => async (request, response) => {
    const by = operatorOf(response);
    const { from, to, catalog_version: catalogVersion } = parseInput(Body, request.body);
    response.status(202).json({ days: await requestRerate(tools, { from, to, catalogVersion, by }) });
  },
};
