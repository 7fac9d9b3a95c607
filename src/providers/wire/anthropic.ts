// The wire format of Anthropic's Messages API, both ways. Pure.
import { z } from 'zod';
import {
  type AnswerMessage,
  type Chat,
  type Completion,
  type ContentPart,
  type Effort,
  type FinishReason,
  type Message,
  outputLimitOf,
  textOf,
} from '../../domain/chat.ts';
import type { Usage } from '../../domain/usage.ts';
import { parseJson } from '../failures.ts';
import { malformed, parseReply } from '../http.ts';
import { type CallOptions, ProviderError } from '../provider.ts';
import { notSent, refusedSampling } from '../warnings.ts';

type Block = Record<string, unknown>;
type Turn = { role: 'user' | 'assistant'; content: Block[] };

// `max_tokens` is required there. Without a limit of the caller's, this much, or what the model can.
const DEFAULT_MAX_TOKENS = 8_192;
const IGNORED = [
  'seed',
  'n',
  'logprobs',
  'top_logprobs',
  'logit_bias',
  'presence_penalty',
  'frequency_penalty',
  'service_tier',
  'provider',
  'models',
];

export function toAnthropicBody(
  chat: Chat,
  options: CallOptions,
): { body: Record<string, unknown>; warnings: string[] } {
  const warnings = IGNORED.filter(
    (field) => chat[field] !== undefined && chat[field] !== null && chat[field] !== false,
  ).map((field) => notSent(field, 'Anthropic has nothing like it'));
  const refused = refusedSampling(chat, options);
  for (const field of refused) warnings.push(notSent(field, `${options.model.id} refuses it`));
  const system = chat.messages.filter(isSystem).map((message) => textOf(message));
  const format = chat.response_format;
  if (format?.type === 'json_object')
    warnings.push(notSent('response_format json_object', 'Anthropic takes a schema only'));
  const effort = toEffort(options.effort);
  const schema = format?.type === 'json_schema' ? format.json_schema?.schema : undefined;
  const outputConfig = {
    ...(effort ? { effort } : {}),
    ...(schema ? { format: { type: 'json_schema', schema } } : {}),
  };
  const choice = toToolChoice(chat);
  const body: Record<string, unknown> = {
    model: options.model.modelName,
    max_tokens:
      outputLimitOf(chat) ?? Math.min(options.model.details.maxOutputTokens ?? DEFAULT_MAX_TOKENS, DEFAULT_MAX_TOKENS),
    messages: toTurns(chat.messages.filter((message) => !isSystem(message))),
    ...(system.length > 0 ? { system: system.join('\n\n') } : {}),
    ...(chat.tools ? { tools: chat.tools.map(toTool) } : {}),
    ...(choice ? { tool_choice: choice } : {}),
    ...(chat.stop ? { stop_sequences: typeof chat.stop === 'string' ? [chat.stop] : chat.stop } : {}),
    ...(Object.keys(outputConfig).length > 0 ? { output_config: outputConfig } : {}),
    ...(chat.user === undefined ? {} : { metadata: { user_id: chat.user } }),
  };
  for (const field of ['temperature', 'top_p'] as const) {
    const value = chat[field];
    // Its scale ends at 1, OpenAI's at 2.
    if (value !== undefined && value !== null && !refused.includes(field)) body[field] = Math.min(value, 1);
  }
  return { body, warnings };
}

function isSystem({ role }: Message): boolean {
  return role === 'system' || role === 'developer';
}

/** `none` and `minimal` have no name there: nothing is said then. */
function toEffort(effort: Effort | undefined): string | undefined {
  return effort === undefined || effort === 'none' || effort === 'minimal' ? undefined : effort;
}

function toTurns(messages: readonly Message[]): Turn[] {
  const turns: Turn[] = [];
  for (const message of messages) {
    const role = message.role === 'assistant' ? 'assistant' : 'user';
    const blocks = toBlocks(message);
    if (blocks.length === 0) continue;
    const last = turns.at(-1);
    // One turn a role: all results of a round of tools must stand in ONE user message, before any text.
    if (last?.role === role) last.content.push(...blocks);
    else turns.push({ role, content: blocks });
  }
  for (const turn of turns) {
    turn.content = [
      ...turn.content.filter(({ type }) => type === 'tool_result'),
      ...turn.content.filter(({ type }) => type !== 'tool_result'),
    ];
  }
  return turns;
}

function toBlocks(message: Message): Block[] {
  if (message.role === 'tool' || message.role === 'function') {
    return [
      {
        type: 'tool_result',
        tool_use_id: message.tool_call_id ?? message.name,
        content: textOf(message),
        ...(message.is_error === undefined ? {} : { is_error: message.is_error }),
      },
    ];
  }
  const thinking = (message.reasoning_details ?? []).filter(
    ({ type }) => type === 'thinking' || type === 'redacted_thinking',
  );
  const parts: readonly ContentPart[] =
    typeof message.content === 'string' ? [{ type: 'text', text: message.content }] : (message.content ?? []);
  const content = parts.flatMap(toPart);
  const calls = (message.tool_calls ?? []).map((call) => ({
    type: 'tool_use',
    id: call.id,
    name: call.function.name,
    input: parseJson(call.function.arguments || '{}') ?? {},
  }));
  return [...thinking, ...content, ...calls];
}

function toPart(part: ContentPart): Block[] {
  const cache = part.cache_control ? { cache_control: part.cache_control } : {};
  if (part.image_url) return [{ type: 'image', source: toImageSource(part.image_url.url), ...cache }];
  // Empty text blocks are refused.
  return part.text ? [{ type: 'text', text: part.text, ...cache }] : [];
}

function toImageSource(url: string): Block {
  const data = /^data:([^;,]+);base64,(.*)$/s.exec(url);
  return data ? { type: 'base64', media_type: data[1], data: data[2] } : { type: 'url', url };
}

function toTool({ function: fn }: NonNullable<Chat['tools']>[number]): Block {
  return {
    name: fn?.name,
    description: fn?.description,
    input_schema: fn?.parameters ?? { type: 'object', properties: {} },
  };
}

function toToolChoice({ tool_choice: choice, parallel_tool_calls: parallel, tools }: Chat): Block | undefined {
  if (!tools) return undefined;
  const single = parallel === false ? { disable_parallel_tool_use: true } : {};
  if (choice === 'none') return { type: 'none' };
  if (choice === 'required') return { type: 'any', ...single };
  if (typeof choice === 'object')
    return {
      type: 'tool',
      name: z.object({ function: z.object({ name: z.string() }) }).parse(choice).function.name,
      ...single,
    };
  return parallel === false ? { type: 'auto', ...single } : undefined;
}

const count = z.number().nonnegative().nullish();
const AnthropicUsage = z.looseObject({
  input_tokens: count,
  output_tokens: count,
  cache_read_input_tokens: count,
  cache_creation_input_tokens: count,
  cache_creation: z.looseObject({ ephemeral_5m_input_tokens: count, ephemeral_1h_input_tokens: count }).nullish(),
  output_tokens_details: z.looseObject({ thinking_tokens: count }).nullish(),
  server_tool_use: z.looseObject({ web_search_requests: count }).nullish(),
  service_tier: z.string().nullish(),
});

/** `input_tokens` is the uncached rest; output includes thinking. Written tokens without a split are 5-minute ones. */
export function fromAnthropicUsage(raw: unknown): Usage | undefined {
  const result = AnthropicUsage.safeParse(raw);
  if (!result.success || result.data.output_tokens === undefined || result.data.output_tokens === null)
    return undefined;
  const { data } = result;
  const oneHour = data.cache_creation?.ephemeral_1h_input_tokens ?? 0;
  const written = data.cache_creation_input_tokens ?? (data.cache_creation?.ephemeral_5m_input_tokens ?? 0) + oneHour;
  const searches = data.server_tool_use?.web_search_requests ?? 0;
  return {
    input: data.input_tokens ?? 0,
    cachedInput: data.cache_read_input_tokens ?? 0,
    cacheWrite5m: Math.max(0, written - oneHour),
    cacheWrite1h: oneHour,
    output: data.output_tokens ?? 0,
    reasoning: data.output_tokens_details?.thinking_tokens ?? 0,
    ...(searches > 0 ? { webSearches: searches } : {}),
    ...(data.service_tier ? { serviceTier: data.service_tier } : {}),
  };
}

const AnthropicReply = z.looseObject({
  id: z.string(),
  model: z.string(),
  stop_reason: z.string().nullish(),
  usage: z.unknown().optional(),
  content: z.array(
    z.looseObject({
      type: z.string(),
      text: z.string().optional(),
      id: z.string().optional(),
      name: z.string().optional(),
      input: z.unknown().optional(),
    }),
  ),
});

/** @throws ProviderError when the answer stops where a caller could not go on */
export function fromAnthropicReply(raw: unknown, now: number): { completion: Completion; usage: Usage | undefined } {
  const reply = parseReply(AnthropicReply, raw);
  const usage = fromAnthropicUsage(reply.usage);
  if (
    reply.stop_reason === 'pause_turn' ||
    (reply.content.length === 0 && reply.stop_reason !== 'refusal' && reply.stop_reason !== 'max_tokens')
  ) {
    throw new ProviderError({
      ...malformed(`the answer stopped with ${reply.stop_reason ?? 'nothing'} and nothing in it`, JSON.stringify(raw)),
      usage,
    });
  }
  const text = reply.content.filter(({ type }) => type === 'text').map((block) => block.text ?? '');
  const calls = reply.content
    .filter(({ type }) => type === 'tool_use')
    .map((block) => ({
      id: block.id ?? '',
      type: 'function' as const,
      function: { name: block.name ?? '', arguments: JSON.stringify(block.input ?? {}) },
    }));
  const thinking = reply.content.filter(({ type }) => type === 'thinking' || type === 'redacted_thinking');
  const refused = reply.stop_reason === 'refusal';
  const message: AnswerMessage = {
    role: 'assistant',
    content: text.length > 0 ? text.join('') : null,
    ...(refused ? { refusal: text.join('') || 'The model refused to answer.' } : {}),
    ...(calls.length > 0 ? { tool_calls: calls } : {}),
    ...(thinking.length > 0 ? { reasoning_details: thinking } : {}),
  };
  const choice = {
    index: 0,
    finish_reason: toFinishReason(reply.stop_reason),
    message,
    native_finish_reason: reply.stop_reason,
  };
  return {
    usage,
    completion: { id: reply.id, created: Math.floor(now / 1_000), model: reply.model, choices: [choice] },
  };
}

function toFinishReason(reason: string | null | undefined): FinishReason {
  if (reason === 'max_tokens' || reason === 'model_context_window_exceeded') return 'length';
  if (reason === 'tool_use') return 'tool_calls';
  return reason === 'refusal' ? 'content_filter' : 'stop';
}
