// A chat in the neutral form as a body of OpenAI's Responses API: for models that take tools, or tools beside thinking, only there. Pure.
import { z } from 'zod';
import {
  type AnyCall,
  Chat,
  type ContentPart,
  type Message,
  type Tool,
  outputLimitOf,
  textOf,
} from '../../domain/chat.ts';
import type { CallOptions } from '../provider.ts';
import {
  ignoredFields,
  notSent,
  refusedSampling,
  unsentMarks,
  unsentNative,
  unsentParts,
  unsentReasoning,
} from '../warnings.ts';
import { readToolChoice } from './toolChoice.ts';

type Item = Record<string, unknown>;

/** The type of `reasoning_details` that hold an item of this API, to go back to it unchanged. */
export const REASONING_ITEM = 'openai.responses.reasoning';

const VENDOR = "OpenAI's Responses API";
const IGNORED = [
  'n',
  'seed',
  'stop',
  'logprobs',
  'top_logprobs',
  'logit_bias',
  'presence_penalty',
  'frequency_penalty',
  'top_k',
  'provider',
  'models',
];
// What means the same there under the same name.
const SAME = ['parallel_tool_calls', 'service_tier', 'prompt_cache_key', 'safety_identifier', 'user', 'metadata'];

const TAKEN: ReadonlySet<string> = new Set([...IGNORED, 'verbosity', 'reasoning', 'cache_control']);

/** Whether this chat reaches that model through the Responses API only. */
export function needsResponses(chat: Chat, { model, effort }: Pick<CallOptions, 'model' | 'effort'>): boolean {
  if (!chat.tools || chat.tools.length === 0) return false;
  const { toolsThrough } = model.details;
  // Such a model thinks by itself where nothing is said of it, and then refuses tools in Chat Completions.
  return toolsThrough === 'responses' || (toolsThrough === 'chat_without_reasoning' && effort !== 'none');
}

export function toResponsesBody(chat: Chat, options: CallOptions): { body: Item; warnings: string[] } {
  const warnings = [
    ...ignoredFields(chat, IGNORED, VENDOR),
    ...unsentParts(chat, VENDOR),
    ...unsentMarks(chat, VENDOR, { strict: true }),
    ...unsentNative(options),
    ...unsentReasoning(chat, VENDOR, options.effort),
  ];
  const refused: string[] = refusedSampling(chat, options);
  for (const field of refused.filter((one) => !IGNORED.includes(one))) {
    warnings.push(notSent(field, `${options.model.id} refuses it at this reasoning effort`));
  }
  const calls = chat.messages.flatMap(({ tool_calls: made }) => made ?? []);
  const custom = new Set(calls.filter(({ type }) => type === 'custom').map(({ id }) => id));
  const body: Item = {
    model: options.model.modelName,
    input: chat.messages.flatMap((message) => toItems(message, custom)),
    // Nothing is kept there: what has to come back is in the answer.
    store: false,
    include: ['reasoning.encrypted_content'],
    max_output_tokens: outputLimitOf(chat),
    tools: nothingIfEmpty(toTools(chat.tools ?? [], warnings)),
    tool_choice: toChoice(chat),
    text: toText(chat),
    reasoning: options.effort === undefined ? undefined : { effort: options.effort, summary: 'auto' },
    temperature: refused.includes('temperature') ? undefined : chat.temperature,
    top_p: refused.includes('top_p') ? undefined : chat.top_p,
    ...Object.fromEntries(SAME.map((field) => [field, chat[field]])),
    // What nobody here knows may well be known there.
    ...Object.fromEntries(Object.entries(chat).filter(([field]) => !(field in Chat.shape) && !TAKEN.has(field))),
  };
  for (const [field, value] of Object.entries(body)) if (value === undefined || value === null) delete body[field];
  return { body, warnings };
}

function toItems(message: Message, custom: ReadonlySet<string>): Item[] {
  if (message.role === 'tool' || message.role === 'function') {
    const call_id = message.tool_call_id ?? message.name ?? '';
    const images = typeof message.content === 'string' ? [] : (message.content ?? []).filter((part) => part.image_url);
    const content = toContent({ ...message, role: 'user' });
    const type = custom.has(call_id) ? 'custom_tool_call_output' : 'function_call_output';
    return [{ type, call_id, output: images.length > 0 ? content : textOf(message) }];
  }
  const details = message.reasoning_details ?? [];
  const reasoning = details.filter(({ type }) => type === REASONING_ITEM).map((detail) => detail['item'] as Item);
  const calls = (message.tool_calls ?? []).map(toCall);
  const content = toContent(message);
  return [...reasoning, ...(content.length > 0 ? [{ role: message.role, content }] : []), ...calls];
}

function toCall(call: AnyCall): Item {
  if (call.type === 'custom') return { type: 'custom_tool_call', call_id: call.id, ...call.custom };
  return { type: 'function_call', call_id: call.id, name: call.function.name, arguments: call.function.arguments };
}

function toContent({ role, content }: Message): Item[] {
  const type = role === 'assistant' ? 'output_text' : 'input_text';
  if (typeof content === 'string') return content ? [{ type, text: content }] : [];
  return (content ?? []).flatMap((part) => (part.image_url || part.text !== undefined ? [toPart(part, type)] : []));
}

function toPart(part: ContentPart, type: string): Item {
  if (part.image_url) {
    return { type: 'input_image', image_url: part.image_url.url, detail: part.image_url.detail ?? 'auto' };
  }
  return { type, text: part.text ?? '' };
}

function toTools(tools: readonly Tool[], warnings: string[]): Item[] {
  return tools.flatMap(({ type, function: fn, ...rest }) => {
    if (type === 'custom') return [{ type, ...toCustom(rest['custom']) }];
    if (!fn) {
      warnings.push(notSent(`a tool of type ${type}`, 'only functions are sent to this provider'));
      return [];
    }
    const { name, description, parameters = { type: 'object', properties: {} }, strict = false } = fn;
    return [{ type: 'function', name, ...(description === undefined ? {} : { description }), parameters, strict }];
  });
}

const Custom = z.looseObject({
  format: z.looseObject({ type: z.string(), grammar: z.looseObject({}).optional() }).optional(),
});

/** A grammar stands flat there, too. */
function toCustom(given: unknown): Item {
  const { format, ...custom } = Custom.safeParse(given).data ?? {};
  if (!format) return custom;
  const { grammar, ...kind } = format;
  return { ...custom, format: { ...kind, ...grammar } };
}

function nothingIfEmpty<T>(list: T[]): T[] | undefined {
  return list.length > 0 ? list : undefined;
}

/** Named and allowed tools stand flat there. What nobody here knows may well be known there. */
function toChoice({ tool_choice: given, tools }: Chat): unknown {
  const choice = readToolChoice(given, tools);
  if (choice?.kind === 'named') return choice.tool;
  if (choice?.kind !== 'allowed') return given;
  return { type: 'allowed_tools', mode: choice.mode, tools: choice.tools };
}

function toText({ response_format: format, ...chat }: Chat): Item | undefined {
  const verbosity = chat['verbosity'] === undefined ? {} : { verbosity: chat['verbosity'] };
  if (format?.type === 'json_object') return { format: { type: 'json_object' }, ...verbosity };
  if (format?.type !== 'json_schema') return Object.keys(verbosity).length > 0 ? verbosity : undefined;
  const { name = 'answer', schema = {}, strict = null } = format.json_schema ?? {};
  return { format: { type: 'json_schema', name, schema, strict }, ...verbosity };
}
