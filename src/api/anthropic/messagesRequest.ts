// What Anthropic's clients send to POST /v1/messages, as a schema, and how it becomes a chat of the neutral form. Pure.
import { z } from 'zod';
import type { Catalog } from '../../domain/catalog.ts';
import { Chat, Effort, type Message } from '../../domain/chat.ts';
import { effortOfBudget } from '../../domain/reasoning.ts';
import type { Native } from '../../gateway/gateway.ts';
import { parseInput } from '../problem.ts';
import {
  type ChatCompletionsRequest,
  OURS,
  ProviderPreferences,
  type Parsed,
  fromChatCompletions,
} from '../requestBodies.ts';
import { isBeyondNeutral, untoldIn } from './beyondNeutral.ts';

const Block = z.looseObject({ type: z.string() });
type Block = z.infer<typeof Block>;

const Blocks = z.union([z.string(), z.array(Block)]);

/** Unknown fields go to Anthropic as they are; `models`, `fallbacks` and `provider` are ours, as on the other surfaces. */
export const MessagesRequest = z
  .looseObject({
    model: z.string().min(1, 'a model, or `auto`').max(200),
    max_tokens: z.int().positive(),
    messages: z.array(z.looseObject({ role: z.enum(['user', 'assistant', 'system']), content: Blocks })).min(1),
    system: Blocks.optional(),
    tools: z
      .array(
        z.looseObject({
          type: z.string().nullish(),
          name: z.string(),
          description: z.string().optional(),
          input_schema: z.record(z.string(), z.unknown()).optional(),
        }),
      )
      .optional(),
    tool_choice: z
      .looseObject({
        type: z.enum(['auto', 'any', 'tool', 'none']),
        name: z.string().optional(),
        disable_parallel_tool_use: z.boolean().optional(),
      })
      .optional(),
    stop_sequences: z.array(z.string()).max(16).optional(),
    temperature: z.number().min(0).max(1).optional(),
    top_p: z.number().min(0).max(1).optional(),
    top_k: z.int().nonnegative().optional(),
    thinking: z.looseObject({ type: z.string(), budget_tokens: z.int().positive().optional() }).optional(),
    output_config: z
      .looseObject({
        effort: Effort.nullish(),
        format: z.looseObject({ type: z.string(), schema: z.record(z.string(), z.unknown()).optional() }).nullish(),
      })
      .optional(),
    metadata: z.looseObject({ user_id: z.string().nullish() }).nullish(),
    stream: z.boolean().optional(),
    models: z.array(z.string().min(1).max(200)).max(32, 'at most 32 names').optional(),
    fallbacks: z
      .array(z.looseObject({ model: z.string().min(1).max(200) }))
      .max(3, 'at most 3 fallbacks')
      .optional(),
    provider: ProviderPreferences.optional(),
    session_id: z.string().max(256).optional(),
    ...OURS,
  })
  .meta({ title: 'MessagesRequest' });
export type MessagesRequest = z.infer<typeof MessagesRequest>;

/** Counts need no limit of the answer. */
export const CountTokensRequest = MessagesRequest.partial({ max_tokens: true }).meta({ title: 'CountTokensRequest' });

// Fields that are ours, and never Anthropic's.
const NOT_THEIRS = ['models', 'fallbacks', 'provider', 'session_id', ...Object.keys(OURS)];

/** @throws RouterError `validation_error` for what the neutral form does not take either, `model_not_found` */
export function fromMessages(body: z.infer<typeof CountTokensRequest>, catalog: Catalog, beta?: string): Parsed {
  const chat = parseInput(Chat, toChat(body));
  const thinking = thinkingOf(body);
  const request: ChatCompletionsRequest = {
    ...chat,
    model: body.model,
    ...(thinking?.effort === undefined ? {} : { reasoning_effort: thinking.effort }),
    models: [...(body.models ?? []), ...(body.fallbacks ?? []).map(({ model }) => model)],
    // Only Anthropic has what the neutral form has no place for.
    provider: isBeyondNeutral(body) ? { ...body.provider, only: ['anthropic'] } : body.provider,
    session_id: body.session_id,
    priority: body.priority,
    latency_pref: body.latency_pref,
    max_cost: body.max_cost,
    deadline_ms: body.deadline_ms,
  };
  const parsed = fromChatCompletions(request, catalog);
  const native = Object.fromEntries(Object.entries(body).filter(([field]) => !NOT_THEIRS.includes(field)));
  return {
    ...parsed,
    native: {
      format: 'anthropic',
      body: native,
      ...(beta === undefined ? {} : { beta }),
      ...(thinking ? { thinking } : {}),
      untold: untoldIn(native),
    },
  };
}

function toChat(body: z.infer<typeof CountTokensRequest>): unknown {
  const { tool_choice: choice, output_config: config } = body;
  const format = config?.format;
  return {
    messages: [...toSystem(body.system), ...body.messages.flatMap(toMessages)],
    ...(body.max_tokens === undefined ? {} : { max_tokens: body.max_tokens }),
    ...(body.tools ? { tools: body.tools.map(toTool) } : {}),
    ...(choice ? toChoice(choice) : {}),
    ...(format?.type === 'json_schema'
      ? { response_format: { type: 'json_schema', json_schema: { name: 'answer', schema: format.schema ?? {} } } }
      : {}),
    ...(body.stop_sequences ? { stop: body.stop_sequences } : {}),
    ...pick(body, ['temperature', 'top_p', 'top_k', 'cache_control']),
    ...(body.metadata?.user_id ? { user: body.metadata.user_id } : {}),
  };
}

function pick(body: Readonly<Record<string, unknown>>, fields: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(fields.flatMap((field) => (body[field] === undefined ? [] : [[field, body[field]]])));
}

function toSystem(system: z.infer<typeof Blocks> | undefined): object[] {
  if (system === undefined || system.length === 0) return [];
  return [{ role: 'system', content: typeof system === 'string' ? system : system.map(toPart) }];
}

/** One turn of theirs is several messages of ours where it brings results of tools. */
function toMessages({ role, content }: MessagesRequest['messages'][number]): object[] {
  if (typeof content === 'string') return [{ role, content }];
  if (role === 'assistant') return [toAssistant(content)];
  const results = content.filter(({ type }) => type === 'tool_result').map(toResult);
  const rest = content.filter(({ type }) => type !== 'tool_result').map(toPart);
  return [...results, ...(rest.length > 0 ? [{ role, content: rest }] : [])];
}

function toAssistant(blocks: readonly Block[]): Partial<Message> {
  const calls = blocks
    .filter(({ type }) => type === 'tool_use')
    .map(({ id, name, input }) => ({
      id: String(id),
      type: 'function' as const,
      function: { name: String(name), arguments: JSON.stringify(input ?? {}) },
    }));
  // Thinking without a signature was another provider's: nobody takes it back.
  const thinking = blocks.filter(
    ({ type, signature }) => type === 'redacted_thinking' || (type === 'thinking' && Boolean(signature)),
  );
  const parts = blocks.filter(({ type }) => !ASSISTANT_OWN.has(type)).map(toPart);
  return {
    role: 'assistant',
    content: parts.length > 0 ? parts : null,
    ...(calls.length > 0 ? { tool_calls: calls } : {}),
    ...(thinking.length > 0 ? { reasoning_details: thinking } : {}),
  };
}

const ASSISTANT_OWN: ReadonlySet<string> = new Set(['tool_use', 'thinking', 'redacted_thinking']);

function toResult({ tool_use_id: id, content, is_error: isError }: Block): object {
  const parsed = Blocks.safeParse(content ?? '');
  const body = parsed.success ? parsed.data : '';
  return {
    role: 'tool',
    tool_call_id: String(id),
    content: typeof body === 'string' ? body : body.map(toPart),
    ...(typeof isError === 'boolean' ? { is_error: isError } : {}),
  };
}

const ImageSource = z.union([
  z.looseObject({ type: z.literal('base64'), media_type: z.string(), data: z.string() }),
  z.looseObject({ type: z.literal('url'), url: z.string() }),
]);

/** Text and images have a place of ours; whatever else stays as it is, for the vendor that knows it. */
function toPart(block: Block): { type: string; [field: string]: unknown } {
  const cache = block['cache_control'] ? { cache_control: block['cache_control'] } : {};
  if (block.type === 'text')
    return { type: 'text', text: typeof block['text'] === 'string' ? block['text'] : '', ...cache };
  const source = block.type === 'image' ? ImageSource.safeParse(block['source']) : undefined;
  if (!source?.success) return block;
  const { data } = source;
  const url = data.type === 'url' ? data.url : `data:${data.media_type};base64,${data.data}`;
  return { type: 'image_url', image_url: { url }, ...cache };
}

function toTool({
  type,
  name,
  description,
  input_schema: schema,
  ...rest
}: NonNullable<MessagesRequest['tools']>[number]) {
  // The vendor's own tools (search, code) are no functions of the caller's.
  if (type && type !== 'custom') return { ...rest, type, name };
  const cache = rest['cache_control'] ? { cache_control: rest['cache_control'] } : {};
  const said = {
    ...(description === undefined ? {} : { description }),
    ...(schema ? { parameters: schema } : {}),
    ...(rest['strict'] === true ? { strict: true } : {}),
  };
  return { type: 'function', function: { name, ...said }, ...cache };
}

function toChoice({
  type,
  name,
  disable_parallel_tool_use: single,
}: NonNullable<MessagesRequest['tool_choice']>): object {
  const parallel = single === undefined ? {} : { parallel_tool_calls: !single };
  const choices = { auto: 'auto', none: 'none', any: 'required', tool: { type: 'function', function: { name } } };
  return { tool_choice: choices[type], ...parallel };
}

type Thinking = NonNullable<Native['thinking']>;

/** What a body says of thinking; undefined where it says nothing, and the effort where that is left to the model. */
function thinkingOf({ thinking, output_config: config }: z.infer<typeof CountTokensRequest>): Thinking | undefined {
  if (thinking?.type === 'disabled') return { on: false, effort: 'none' };
  if (config?.effort) return { on: true, effort: config.effort };
  if (!thinking) return undefined;
  const budget = thinking.type === 'enabled' ? thinking.budget_tokens : undefined;
  return { on: true, ...(budget === undefined ? {} : { effort: effortOfBudget(budget) }) };
}
