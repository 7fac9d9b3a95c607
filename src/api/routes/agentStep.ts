// POST /v1/agent-step: the same flow as /v1/chat with the task type agent_step.
import { answerShort } from './chat.ts';
import type { Route } from './route.ts';

export const agentStep: Route = {
  method: 'post',
  path: '/v1/agent-step',
  access: 'key',
  create: (tools) => answerShort(tools, 'agent-step'),
};
