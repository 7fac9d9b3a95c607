// POST /v1/agent-step: the same flow as /v1/chat with the task type agent_step.
import { ChatRequest } from '../requestBodies.ts';
import { SHORT_ANSWER, answerShort } from './chat.ts';
import { CHAT_ERRORS, type Route } from './route.ts';

export const agentStep: Route = {
  method: 'post',
  path: '/v1/agent-step',
  access: 'key',
  doc: {
    summary: 'One step of an agent',
    description: 'As POST /v1/chat, with the task type agent_step.',
    tag: 'Chat',
    scope: 'chat',
    body: ChatRequest,
    answers: { 200: SHORT_ANSWER },
    errors: CHAT_ERRORS,
  },
  create: (tools) => answerShort(tools, 'agent-step'),
};
