// GET /health: the process lives. GET /ready: it can answer a chat, and what is down if something is.
import type { Route } from './route.ts';

export const health: Route = {
  method: 'get',
  path: '/health',
  access: 'open',
  create: () => (_request, response) => {
    response.json({ status: 'ok' });
  },
};

export const ready: Route = {
  method: 'get',
  path: '/ready',
  access: 'open',
  create:
    ({ gateway }) =>
    async (_request, response) => {
      const readiness = await gateway.readiness();
      response.status(readiness.status === 'unavailable' ? 503 : 200).json(readiness);
    },
};
