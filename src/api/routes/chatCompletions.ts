// POST /v1/chat/completions: OpenAI's surface.
import { ChatCompletion } from '../answers.ts';
import { completionStream } from '../completionStream.ts';
import { answerHeaders, toChatCompletion } from '../openaiFormat.ts';
import { parseInput } from '../problem.ts';
import { ChatCompletionsRequest, fromChatCompletions } from '../requestBodies.ts';
import { toRoutedRequest } from '../routedRequest.ts';
import { streamAnswer } from '../streamAnswer.ts';
import { withoutNulls } from '../withoutNulls.ts';
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
    answers: {
      200: {
        description: 'The completion; with `stream: true`, `chat.completion.chunk`s, then `[DONE]`',
        schema: ChatCompletion,
        contentType: 'text/event-stream',
      },
    },
    errors: CHAT_ERRORS,
  },
  create: (tools) => async (request, response) => {
    const { gateway, clock } = tools;
    const body = parseInput(ChatCompletionsRequest, withoutNulls(request.body));
    const streaming = body.stream === true;
    const parsed = { ...fromChatCompletions(body, gateway.catalog()), streaming };
    const routed = toRoutedRequest(request, response, 'chat-completions', parsed);
    const metadata = request.header('x-omni-metadata') === 'true';
    if (streaming) {
      const format = completionStream({
        usage: body.stream_options?.include_usage === true,
        metadata,
        created: Math.floor(clock.now() / 1_000),
      });
      return await streamAnswer(response, (onDecided) => gateway.stream(routed, onDecided), format, tools);
    }
    const answer = await gateway.answer(routed);
    response.set(answerHeaders(answer)).json(toChatCompletion(answer, metadata));
  },
};
