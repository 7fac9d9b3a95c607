// The neutral form of a chat: OpenAI's Chat Completions shape, with unknown fields kept, and a few extension fields for
// what that shape cannot hold. Providers convert from and to it; nobody else knows a vendor's format.
import { z } from 'zod';

export const ContentPart = z.looseObject({
  type: z.string(),
  text: z.string().optional(),
  image_url: z.looseObject({ url: z.string(), detail: z.string().optional() }).optional(),
  cache_control: z.looseObject({ type: z.string(), ttl: z.string().optional() }).nullish(),
});
export type ContentPart = z.infer<typeof ContentPart>;

export const ToolCall = z.looseObject({
  id: z.string(),
  type: z.literal('function'),
  function: z.looseObject({ name: z.string(), arguments: z.string() }),
});
export type ToolCall = z.infer<typeof ToolCall>;

/** A call of OpenAI's tools that take plain text. */
export const CustomCall = z.looseObject({
  id: z.string(),
  type: z.literal('custom'),
  custom: z.looseObject({ name: z.string(), input: z.string() }),
});
export type CustomCall = z.infer<typeof CustomCall>;

export const AnyCall = z.discriminatedUnion('type', [ToolCall, CustomCall]);
export type AnyCall = z.infer<typeof AnyCall>;

export const Message = z
  .looseObject({
    role: z.enum(['system', 'developer', 'user', 'assistant', 'tool', 'function']),
    content: z.union([z.string(), z.array(ContentPart)]).nullish(),
    name: z.string().optional(),
    tool_calls: z.array(AnyCall).nullish(),
    tool_call_id: z.string().optional(),
    refusal: z.string().nullish(),
    /** A tool's result that reports a failure (Anthropic `is_error`). */
    is_error: z.boolean().optional(),
    /** Thinking with its signatures, to go back unchanged and only to the provider that made it. */
    reasoning_details: z.array(z.looseObject({ type: z.string() })).nullish(),
  })
  .refine(({ role, content }) => role === 'assistant' || (content !== undefined && content !== null), {
    path: ['content'],
    error: 'text, or a list of parts: only an assistant message that calls tools may be without',
  });
export type Message = z.infer<typeof Message>;

export const Tool = z.looseObject({
  type: z.string(),
  function: z
    .looseObject({
      name: z.string(),
      description: z.string().optional(),
      parameters: z.record(z.string(), z.unknown()).optional(),
      strict: z.boolean().nullish(),
    })
    .optional(),
});
export type Tool = z.infer<typeof Tool>;

export const ResponseFormat = z.looseObject({
  type: z.enum(['text', 'json_object', 'json_schema']),
  json_schema: z
    .looseObject({
      name: z.string(),
      schema: z.record(z.string(), z.unknown()).optional(),
      strict: z.boolean().nullish(),
    })
    .optional(),
});

export const EFFORTS = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'] as const;
export const Effort = z.enum(EFFORTS);
export type Effort = z.infer<typeof Effort>;

/** What every surface turns its request into before anything is decided. Routing wishes are not part of it. */
export const Chat = z.looseObject({
  messages: z.array(Message).min(1),
  tools: z.array(Tool).optional(),
  tool_choice: z.union([z.string(), z.looseObject({ type: z.string() })]).optional(),
  parallel_tool_calls: z.boolean().optional(),
  response_format: ResponseFormat.optional(),
  max_tokens: z.int().positive().nullish(),
  max_completion_tokens: z.int().positive().nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  stop: z.union([z.string(), z.array(z.string()).max(16)]).nullish(),
  seed: z.int().nullish(),
  n: z.int().positive().max(16).nullish(),
  logprobs: z.boolean().nullish(),
  top_logprobs: z.int().min(0).max(20).nullish(),
  user: z.string().optional(),
  reasoning_effort: Effort.nullish(),
});
export type Chat = z.infer<typeof Chat>;

/** The whole answer in the neutral form: an OpenAI `chat.completion` less the fields that the gateway sets itself. */
export type Completion = {
  readonly id: string;
  readonly created: number;
  /** The model as the vendor names what really answered. */
  readonly model: string;
  readonly choices: readonly Choice[];
  readonly [extension: string]: unknown;
};
export type FinishReason = 'stop' | 'length' | 'tool_calls' | 'content_filter' | 'function_call';
export type Choice = {
  readonly index: number;
  readonly finish_reason: FinishReason;
  readonly message: AnswerMessage;
  readonly logprobs?: unknown;
  readonly [extension: string]: unknown;
};
export type AnswerMessage = {
  readonly role: 'assistant';
  readonly content: string | null;
  readonly refusal?: string | null;
  readonly tool_calls?: readonly AnyCall[];
  readonly reasoning_details?: readonly { readonly type: string; readonly [key: string]: unknown }[];
  readonly [extension: string]: unknown;
};

/** The text of a message, its text parts joined; empty when it has none. */
export function textOf(message: Pick<Message, 'content'>): string {
  const { content } = message;
  if (typeof content === 'string') return content;
  return content?.map((part) => part.text ?? '').join('\n') ?? '';
}

/** The caller's limit on output tokens in either spelling, if any. */
export function outputLimitOf(chat: Chat): number | undefined {
  return chat.max_completion_tokens ?? chat.max_tokens ?? undefined;
}

/** Every call as one of a function: plain text becomes an argument, for vendors that know nothing else. */
export function toFunctionCall(call: AnyCall): ToolCall {
  if (call.type === 'function') return call;
  const { name, input } = call.custom;
  return { id: call.id, type: 'function', function: { name, arguments: JSON.stringify({ input }) } };
}
