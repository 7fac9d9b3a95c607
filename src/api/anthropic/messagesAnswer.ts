// An answer as Anthropic's Messages API gives it: the vendor's own where Anthropic answered, made of the neutral form otherwise. Pure.
import { z } from 'zod';
import { type AnswerMessage, type Choice, toFunctionCall } from '../../domain/chat.ts';
import { ERROR_CATALOGUE, type RouterError } from '../../domain/errors.ts';
import type { Usage } from '../../domain/usage.ts';
import type { WholeAnswer } from '../../gateway/gateway.ts';
import { toMetadata } from '../openaiFormat.ts';

export const MessageAnswer = z
  .looseObject({
    id: z.string(),
    type: z.literal('message'),
    role: z.literal('assistant'),
    model: z.string(),
    content: z.array(z.looseObject({ type: z.string() })),
    stop_reason: z.string().nullable(),
    stop_sequence: z.string().nullable(),
    usage: z.looseObject({ input_tokens: z.int(), output_tokens: z.int() }),
  })
  .meta({ title: 'Message' });

export const MessagesError = z
  .object({
    type: z.literal('error'),
    error: z.looseObject({ type: z.string(), message: z.string() }),
    request_id: z.string(),
  })
  .meta({ title: 'MessagesError' });

export function toMessage(answer: WholeAnswer, withMetadata: boolean): object {
  const omni = withMetadata ? { omni: toMetadata(answer) } : {};
  if (answer.native) return { ...answer.native, model: answer.model.id, ...omni };
  const [choice] = answer.completion.choices;
  return {
    ...emptyMessage(answer.completion.id || answer.requestId, answer.model.id),
    content: choice ? toContent(choice.message) : [],
    stop_reason: toStopReason(choice?.finish_reason),
    usage: toUsage(answer.usage),
    ...omni,
  };
}

export function emptyMessage(id: string, model: string): object {
  return {
    id: id.startsWith('msg_') ? id : `msg_${id}`,
    type: 'message',
    role: 'assistant',
    model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
  };
}

function toContent(message: AnswerMessage): object[] {
  const thought = message['reasoning'] ?? message['reasoning_content'];
  const text = message.content ?? message.refusal ?? '';
  const calls = (message.tool_calls ?? []).map(toFunctionCall).map(({ id, function: called }) => ({
    type: 'tool_use',
    id,
    name: called.name,
    input: toInput(called.arguments),
  }));
  return [
    // Not signed: it was not Anthropic's, and does not go back to anybody.
    ...(typeof thought === 'string' && thought ? [{ type: 'thinking', thinking: thought, signature: '' }] : []),
    ...(text ? [{ type: 'text', text }] : []),
    ...calls,
  ];
}

function toInput(text: string): unknown {
  try {
    return JSON.parse(text || '{}');
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    // A model wrote arguments that are no JSON: its caller's tool is to say so.
    return { arguments: text };
  }
}

export function toStopReason(reason: Choice['finish_reason'] | null | undefined): string {
  switch (reason) {
    case 'length':
      return 'max_tokens';
    case 'tool_calls':
    case 'function_call':
      return 'tool_use';
    case 'content_filter':
      return 'refusal';
    case 'stop':
    case null:
    case undefined:
      return 'end_turn';
  }
}

/** `input_tokens` is what was neither read from nor written to a cache. */
export function toUsage(usage: Usage | null): object {
  return {
    input_tokens: usage?.input ?? 0,
    cache_creation_input_tokens: usage ? usage.cacheWrite5m + usage.cacheWrite1h : 0,
    cache_read_input_tokens: usage?.cachedInput ?? 0,
    cache_creation: {
      ephemeral_5m_input_tokens: usage?.cacheWrite5m ?? 0,
      ephemeral_1h_input_tokens: usage?.cacheWrite1h ?? 0,
    },
    output_tokens: usage?.output ?? 0,
    ...(usage?.serviceTier === undefined ? {} : { service_tier: usage.serviceTier }),
  };
}

const ERROR_TYPES: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  422: 'invalid_request_error',
  429: 'rate_limit_error',
  503: 'overloaded_error',
  504: 'timeout_error',
};

/** Anthropic's shape, with our stable code beside its type. */
export function toMessagesError(error: RouterError, requestId: string): object {
  const { param, details } = error.details;
  return {
    type: 'error',
    error: {
      type: ERROR_TYPES[ERROR_CATALOGUE[error.code].status] ?? 'api_error',
      message: error.message,
      code: error.code,
      ...(param === undefined ? {} : { param }),
      ...(details ? { details } : {}),
    },
    request_id: requestId,
  };
}
