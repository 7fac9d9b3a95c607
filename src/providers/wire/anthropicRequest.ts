// A chat in the neutral form as the body of Anthropic's Messages API. Pure.
import { type Chat, type ContentPart, type Message, outputLimitOf, textOf, toFunctionCall } from '../../domain/chat.ts';
import { NOT_TAKEN, refusesSampling } from '../../domain/parameters.ts';
import { parseJson } from '../failures.ts';
import type { CallOptions, Native } from '../provider.ts';
import {
  ignoredFields,
  notSent,
  refusedSampling,
  unknownFields,
  unsentMarks,
  unsentParts,
  unsentReasoning,
} from '../warnings.ts';
import { readToolChoice, withAllowedOnly } from './toolChoice.ts';

type Block = Record<string, unknown>;
type Turn = { role: 'user' | 'assistant'; content: Block[] };

// `max_tokens` is required there. Without a limit of the caller's, this much, or what the model can.
const DEFAULT_MAX_TOKENS = 8_192;
const IGNORED = [...NOT_TAKEN.anthropic, 'service_tier', 'provider', 'models'];

// Told of already, or sent.
const KNOWN = [...IGNORED, 'top_k', 'cache_control', 'reasoning'];

export function toAnthropicBody(given: Chat, options: CallOptions): { body: Block; warnings: string[] } {
  const { model, native } = options;
  if (native) return fromNative(native, given, options);
  const chat = withAllowedOnly(given);
  const warnings = [
    ...ignoredFields(chat, IGNORED, 'Anthropic'),
    ...unknownFields(chat, KNOWN, 'Anthropic'),
    ...unsentParts(chat, 'Anthropic'),
    ...unsentMarks(chat, 'Anthropic', { strict: true, cacheControl: 'on parts' }),
    ...unsentReasoning(chat, 'Anthropic', options.effort),
  ];
  const refused = refusedSampling(chat, options).filter((field) => !IGNORED.includes(field));
  for (const field of refused) warnings.push(notSent(field, `${model.id} refuses it`));
  const { system, messages } = splitSystem(chat.messages);
  const choice = toToolChoice(chat, warnings);
  const body: Block = {
    model: model.modelName,
    max_tokens:
      outputLimitOf(chat) ?? Math.min(model.details.maxOutputTokens ?? DEFAULT_MAX_TOKENS, DEFAULT_MAX_TOKENS),
    messages: toTurns(messages),
    ...(system === undefined ? {} : { system }),
    ...toTools(chat, warnings),
    ...(choice ? { tool_choice: choice } : {}),
    ...(chat.stop ? { stop_sequences: typeof chat.stop === 'string' ? [chat.stop] : chat.stop } : {}),
    ...toThinking(options, choice, warnings),
    ...(chat['cache_control'] ? { cache_control: chat['cache_control'] } : {}),
    ...(chat.user === undefined ? {} : { metadata: { user_id: chat.user } }),
  };
  addFormat(body, chat, warnings);
  const topK = chat['top_k'];
  if (typeof topK === 'number' && !refusesSampling(model, options.effort)) body['top_k'] = topK;
  else if (typeof topK === 'number') warnings.push(notSent('top_k', `${model.id} refuses it`));
  for (const field of ['temperature', 'top_p'] as const) {
    const value = chat[field];
    if (value === undefined || value === null || refused.includes(field)) continue;
    // Its scale ends at 1, OpenAI's at 2.
    body[field] = Math.min(value, 1);
    if (value > 1) warnings.push(`${field} was sent as 1: the scale of Anthropic ends there`);
  }
  return { body, warnings };
}

/** The caller's own body, as it came, for the model that was chosen; effort only where the caller says nothing of it. */
function fromNative(
  { body: own, thinking }: Native,
  chat: Chat,
  options: CallOptions,
): { body: Block; warnings: string[] } {
  const { model } = options;
  const warnings: string[] = [];
  const body: Block = { ...own, model: model.modelName };
  if (Array.isArray(own['messages'])) body['messages'] = (own['messages'] as Block[]).map(toOwnTurn);
  const limit = model.details.maxOutputTokens;
  if (typeof body['max_tokens'] === 'number' && limit !== undefined)
    body['max_tokens'] = Math.min(body['max_tokens'], limit);
  if (!thinking) {
    const { output_config: config, ...made } = toThinking(options, own['tool_choice'] as Block | undefined, warnings);
    Object.assign(body, made);
    if (config) body['output_config'] = { ...(own['output_config'] as Block | undefined), ...(config as Block) };
  }
  const refused: string[] = refusedSampling(chat, options);
  for (const field of refused.length > 0 ? [...refused, 'top_k'] : []) {
    if (body[field] === undefined) continue;
    warnings.push(notSent(field, `${model.id} refuses it`));
    delete body[field];
  }
  return { body, warnings };
}

/** What an answer of another vendor left in the conversation: thinking that nobody signed, and ids of another form. */
function toOwnTurn(turn: Block): Block {
  const { content } = turn;
  if (!Array.isArray(content)) return turn;
  const blocks = (content as Block[]).filter(({ type, signature }) => type !== 'thinking' || signature !== '');
  return { ...turn, content: blocks.map(withOwnId) };
}

function withOwnId(block: Block): Block {
  const { type, id, tool_use_id: result } = block;
  if (type === 'tool_use' && typeof id === 'string') return { ...block, id: toId(id) };
  if (type === 'tool_result' && typeof result === 'string') return { ...block, tool_use_id: toId(result) };
  return block;
}

/** System text stands apart there; as blocks only where a part is marked for the cache. */
function splitSystem(all: readonly Message[]): { system: string | Block[] | undefined; messages: readonly Message[] } {
  const messages = all.filter((message) => !isSystem(message));
  // A conversation of instructions alone still needs a turn of the user's.
  if (messages.length === 0) return { system: undefined, messages: all };
  const blocks = all.filter(isSystem).flatMap((message) => partsOf(message).flatMap(toPart));
  if (blocks.some((block) => 'cache_control' in block)) return { system: blocks, messages };
  const text = blocks.map((block) => (typeof block['text'] === 'string' ? block['text'] : '')).join('\n\n');
  return { system: text || undefined, messages };
}

function isSystem({ role }: Message): boolean {
  return role === 'system' || role === 'developer';
}

function partsOf({ content }: Pick<Message, 'content'>): readonly ContentPart[] {
  return typeof content === 'string' ? [{ type: 'text', text: content }] : (content ?? []);
}

/** Thinking is refused together with a tool that is forced. */
function toThinking({ effort }: CallOptions, choice: Block | undefined, warnings: string[]): Block {
  if (effort === undefined) return {};
  if (effort === 'none') return { thinking: { type: 'disabled' } };
  const output_config = { effort: effort === 'minimal' ? 'low' : effort };
  if (choice && (choice['type'] === 'any' || choice['type'] === 'tool')) {
    warnings.push(notSent('thinking', 'Anthropic refuses it together with a forced tool'));
    return { output_config };
  }
  return { thinking: { type: 'adaptive' }, output_config };
}

function addFormat(body: Block, { response_format: format }: Chat, warnings: string[]): void {
  const schema = format?.type === 'json_schema' ? format.json_schema?.schema : undefined;
  if (schema) body['output_config'] = { ...(body['output_config'] as Block), format: { type: 'json_schema', schema } };
  else if (format && format.type !== 'text') {
    warnings.push(notSent('response_format', 'Anthropic takes a JSON schema only'));
  }
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
  if (message.role === 'tool' || message.role === 'function') return [toToolResult(message)];
  const thinking = (message.reasoning_details ?? []).filter(
    ({ type }) => type === 'thinking' || type === 'redacted_thinking',
  );
  const calls = (message.tool_calls ?? []).map(toFunctionCall).map((call) => ({
    type: 'tool_use',
    id: toId(call.id),
    name: call.function.name,
    input: toInput(call.function.arguments),
  }));
  return [...thinking, ...partsOf(message).flatMap(toPart), ...calls];
}

function toToolResult(message: Message): Block {
  const parts = typeof message.content === 'string' ? [] : (message.content ?? []);
  const plain = parts.every((part) => !part.image_url && !part.cache_control);
  return {
    type: 'tool_result',
    tool_use_id: toId(message.tool_call_id ?? message.name ?? ''),
    content: plain ? textOf(message) : parts.flatMap(toPart),
    ...(message.is_error === undefined ? {} : { is_error: message.is_error }),
  };
}

/** Ids of other vendors may hold what Anthropic refuses; call and result change alike. */
function toId(id: string): string {
  return id.replaceAll(/[^\w-]/g, '_');
}

function toInput(text: string): unknown {
  const parsed = parseJson(text || '{}');
  return parsed !== null && typeof parsed === 'object' && !Array.isArray(parsed) ? parsed : {};
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

function toTools({ tools = [] }: Chat, warnings: string[]): Block {
  const sent: Block[] = [];
  for (const tool of tools) {
    const { function: fn, cache_control: cache } = tool;
    if (!fn) {
      warnings.push(notSent(`a tool of type ${tool.type}`, 'only functions are sent to this provider'));
      continue;
    }
    sent.push({
      name: fn.name,
      ...(fn.description === undefined ? {} : { description: fn.description }),
      input_schema: fn.parameters ?? { type: 'object', properties: {} },
      ...(fn.strict ? { strict: true } : {}),
      ...(cache ? { cache_control: cache } : {}),
    });
  }
  return sent.length > 0 ? { tools: sent } : {};
}

function toToolChoice(chat: Chat, warnings: string[]): Block | undefined {
  const tools = (chat.tools ?? []).filter(({ function: fn }) => fn);
  const choice = readToolChoice(chat.tool_choice, tools);
  const single = chat.parallel_tool_calls === false ? { disable_parallel_tool_use: true } : {};
  switch (choice?.kind) {
    case 'none':
      return { type: 'none' };
    case 'required':
      return { type: 'any', ...single };
    case 'named':
      return { type: 'tool', name: choice.tool.name, ...single };
    case 'allowed':
    case 'other':
      warnings.push(notSent('tool_choice', 'Anthropic has nothing like it, or the tools that it names are not there'));
      break;
    case 'auto':
    case undefined:
  }
  return tools.length > 0 && chat.parallel_tool_calls === false ? { type: 'auto', ...single } : undefined;
}
