// GET /metrics: this process's figures for Prometheus. They are of all orgs, so the key needs the scope admin.
import { callerOf } from '../middleware/authenticate.ts';
import type { Route } from './route.ts';

export const metrics: Route = {
  method: 'get',
  path: '/metrics',
  access: 'key',
  doc: {
    summary: 'Metrics of this process for Prometheus',
    description: 'Of all orgs: the key needs the scope `admin`. Prometheus sends it as `authorization: credentials`.',
    tag: 'Service',
    scope: 'admin',
    answers: { 200: { description: 'The text format of Prometheus', contentType: 'text/plain' } },
    errors: ['forbidden'],
  },
  create:
    ({ metrics: registry }) =>
    async (_request, response) => {
      callerOf(response, 'admin');
      const { text, contentType } = await registry.expose();
      response.type(contentType).send(text);
    },
};
