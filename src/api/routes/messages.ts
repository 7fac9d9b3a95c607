// POST /v1/messages and /v1/messages/count_tokens: Anthropic's surface, for its SDKs and for coding agents.
import { z } from 'zod';
import type { ErrorCode } from '../../domain/errors.ts';
import { MessageAnswer, MessagesError, toMessage } from '../anthropic/messagesAnswer.ts';
import { CountTokensRequest, MessagesRequest, fromMessages } from '../anthropic/messagesRequest.ts';
import { messagesStream } from '../anthropic/messagesStream.ts';
import { answerHeaders } from '../openaiFormat.ts';
import { parseInput } from '../problem.ts';
import { toRoutedRequest } from '../routedRequest.ts';
import { streamAnswer } from '../streamAnswer.ts';
import { withoutNulls } from '../withoutNulls.ts';
import { CHAT_ERRORS, type Route } from './route.ts';

export const messages: Route = {
  method: 'post',
  path: '/v1/messages',
  access: 'key',
  doc: {
    summary: "Ask, in Anthropic's form",
    description:
      "Any Anthropic client works unchanged, whichever provider's model answers. Errors have Anthropic's shape, with our code beside its type.",
    tag: 'Chat',
    scope: 'chat',
    body: MessagesRequest,
    answers: {
      200: {
        description: "The message; with `stream: true`, Anthropic's events",
        schema: MessageAnswer,
        contentType: 'text/event-stream',
      },
    },
    errors: CHAT_ERRORS,
    errorAnswer: MessagesError,
  },
  create: (tools) => async (request, response) => {
    const { gateway } = tools;
    const body = parseInput(MessagesRequest, withoutNulls(request.body));
    const streaming = body.stream === true;
    const beta = request.header('anthropic-beta');
    const parsed = { ...fromMessages(body, gateway.catalog(), beta), streaming };
    const routed = toRoutedRequest(request, response, 'messages', parsed);
    const metadata = request.header('x-omni-metadata') === 'true';
    response.set('request-id', routed.requestId);
    if (streaming)
      return await streamAnswer(
        response,
        (onDecided) => gateway.stream(routed, onDecided),
        messagesStream({ metadata }),
        tools,
      );
    const answer = await gateway.answer(routed);
    response.set(answerHeaders(answer)).json(toMessage(answer, metadata));
  },
};

export const countTokens: Route = {
  method: 'post',
  path: '/v1/messages/count_tokens',
  access: 'key',
  doc: {
    summary: 'How many tokens a prompt has',
    description:
      'Counted by Anthropic where one of its models is named and it answers; otherwise estimated, which `x-omni-warnings` says.',
    tag: 'Chat',
    scope: 'chat',
    body: CountTokensRequest,
    answers: {
      200: { description: 'The count', schema: z.object({ input_tokens: z.int() }).meta({ title: 'TokenCount' }) },
    },
    errorAnswer: MessagesError,
    errors: ['validation_error', 'model_not_found', 'forbidden', 'payload_too_large'] satisfies ErrorCode[],
  },
  create:
    ({ gateway }) =>
    async (request, response) => {
      const body = parseInput(CountTokensRequest, withoutNulls(request.body));
      const parsed = fromMessages(body, gateway.catalog(), request.header('anthropic-beta'));
      const routed = toRoutedRequest(request, response, 'messages', parsed);
      const { tokens, estimated } = await gateway.countTokens(routed);
      if (estimated) response.set('x-omni-warnings', 'the count is an estimate');
      response.json({ input_tokens: tokens });
    },
};

export const isMessagesPath = (path: string): boolean => /^\/v1\/messages(\/|$)/.test(path);
