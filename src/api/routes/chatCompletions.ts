// POST /v1/chat/completions: OpenAI's surface.
import { ChatCompletion } from '../answers.ts';
import { answerHeaders, toChatCompletion } from '../openaiFormat.ts';
import { parseInput } from '../problem.ts';
import { ChatCompletionsRequest, fromChatCompletions } from '../requestBodies.ts';
import { toRoutedRequest } from '../routedRequest.ts';
import { CHAT_ERRORS, type Route } from './route.ts';

export const chatCompletions: Route = {
  method: 'post',
  path: '/v1/chat/completions',
  access: 'key',
  doc: {
    summary: "Ask, in OpenAI's form",
    description: 'Any OpenAI client works unchanged. `model: "auto"` routes; a named model is honoured as it is.',
    tag: 'Chat',
    scope: 'chat',
    body: ChatCompletionsRequest,
    answers: { 200: { description: 'The completion', schema: ChatCompletion } },
    errors: CHAT_ERRORS,
  },
  create:
    ({ gateway }) =>
    async (request, response) => {
      const parsed = fromChatCompletions(parseInput(ChatCompletionsRequest, request.body), gateway.catalog());
      const answer = await gateway.answer(toRoutedRequest(request, response, 'chat-completions', parsed));
      const withMetadata = request.header('x-omni-metadata') === 'true';
      response.set(answerHeaders(answer)).json(toChatCompletion(answer, withMetadata));
    },
};
