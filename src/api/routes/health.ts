// GET /health: the process lives. GET /ready: it can answer a chat, and what is down if something is.
import { HealthAnswer, ReadinessAnswer } from '../answers.ts';
import type { Route } from './route.ts';

export const health: Route = {
  method: 'get',
  path: '/health',
  access: 'open',
  doc: {
    summary: 'The process lives',
    tag: 'Service',
    answers: { 200: { description: 'It lives', schema: HealthAnswer } },
  },
  create: () => (_request, response) => {
    response.json({ status: 'ok' });
  },
};

export const ready: Route = {
  method: 'get',
  path: '/ready',
  access: 'open',
  doc: {
    summary: 'It can answer a chat, and what is down if something is',
    tag: 'Service',
    answers: {
      200: { description: 'ok, or degraded: something is down, chats are answered', schema: ReadinessAnswer },
      503: { description: 'No chat can be answered', schema: ReadinessAnswer },
    },
  },
  create:
    ({ gateway }) =>
    async (_request, response) => {
      const readiness = await gateway.readiness();
      response.status(readiness.status === 'unavailable' ? 503 : 200).json(readiness);
    },
};
