// POST /v1/chat: the short form.
import type { RequestHandler } from 'express';
import type { Surface } from '../../domain/events.ts';
import { ChatAnswer } from '../answers.ts';
import type { ApiTools } from '../tools.ts';
import { answerHeaders, toChatAnswer } from '../openaiFormat.ts';
import { shortStream } from '../completionStream.ts';
import { parseInput } from '../problem.ts';
import { ChatRequest, fromChatRequest } from '../requestBodies.ts';
import { toRoutedRequest } from '../routedRequest.ts';
import { streamAnswer } from '../streamAnswer.ts';
import { withoutNulls } from '../withoutNulls.ts';
import { type AnswerDoc, CHAT_ERRORS, type Route } from './route.ts';

export const SHORT_ANSWER: AnswerDoc = {
  description:
    'The answer, what it cost and what it saved; with `stream: true`, `{delta}`, `{reasoning}` and `{tool_calls}` as they come, then this with `done: true`, then `[DONE]`',
  schema: ChatAnswer,
  contentType: 'text/event-stream',
};

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
    answers: { 200: SHORT_ANSWER },
    errors: CHAT_ERRORS,
  },
  create: (tools) => answerShort(tools, 'chat'),
};

export function answerShort(tools: ApiTools, surface: Surface): RequestHandler {
  const { gateway } = tools;
  return async (request, response) => {
    const body = parseInput(ChatRequest, withoutNulls(request.body));
    const streaming = body.stream === true;
    const parsed = { ...fromChatRequest(body, gateway.catalog()), streaming };
    const routed = toRoutedRequest(request, response, surface, parsed);
    if (streaming)
      return await streamAnswer(response, (onDecided) => gateway.stream(routed, onDecided), shortStream(), tools);
    const answer = await gateway.answer(routed);
    response.set(answerHeaders(answer)).json(toChatAnswer(answer));
  };
}
