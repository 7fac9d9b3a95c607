// POST /v1/chat: the short form.
import type { RequestHandler } from 'express';
import type { Surface } from '../../domain/events.ts';
import { ChatAnswer } from '../answers.ts';
import type { ApiTools } from '../tools.ts';
import { answerHeaders, toChatAnswer } from '../openaiFormat.ts';
import { parseInput } from '../problem.ts';
import { ChatRequest, fromChatRequest } from '../requestBodies.ts';
import { toRoutedRequest } from '../routedRequest.ts';
import { CHAT_ERRORS, type Route } from './route.ts';

export const chat: Route = {
  method: 'post',
  path: '/v1/chat',
  access: 'key',
  doc: {
    summary: 'Ask, in the short form',
    description: 'Routes the messages to the model that should answer them, calls it, and says what it cost and saved.',
    tag: 'Chat',
    scope: 'chat',
    body: ChatRequest,
    answers: { 200: { description: 'The answer, what it cost and what it saved', schema: ChatAnswer } },
    errors: CHAT_ERRORS,
  },
  create: (tools) => answerShort(tools, 'chat'),
};

export function answerShort({ gateway }: ApiTools, surface: Surface): RequestHandler {
  return async (request, response) => {
    const parsed = fromChatRequest(parseInput(ChatRequest, request.body), gateway.catalog());
    const answer = await gateway.answer(toRoutedRequest(request, response, surface, parsed));
    response.set(answerHeaders(answer)).json(toChatAnswer(answer));
  };
}
