// A chat in the neutral form as a body for OpenAI, Groq or OpenRouter. The neutral form is their shape, so a request passes
// through with its unknown fields; what differs between the three stands in `Dialect`. Pure.
import {
  type AnyCall,
  type Chat,
  type ContentPart,
  type Effort,
  type Message,
  outputLimitOf,
} from '../../domain/chat.ts';
import { Reasoning } from '../../domain/reasoning.ts';
import type { CallOptions } from '../provider.ts';
import { ignoredFields, notSent, refusedSampling, unsentMarks, unsentNative, unsentReasoning } from '../warnings.ts';
import type { Dialect } from './openai.ts';
import { withAllowedOnly } from './toolChoice.ts';

// Fields of the neutral form that are ours, or that are written anew below.
const NEUTRAL_ONLY = ['native', 'stream', 'stream_options', 'max_tokens', 'max_completion_tokens', 'reasoning_effort'];
// Thinking in the spellings of all vendors.
const REASONING = ['reasoning_details', 'reasoning_content', 'reasoning'];

export function toOpenAiBody(
  given: Chat,
  options: CallOptions,
  dialect: Dialect,
): { body: Record<string, unknown>; warnings: string[] } {
  const chat = dialect.takesAllowedTools ? given : withAllowedOnly(given);
  const body: Record<string, unknown> = { ...chat, model: options.model.modelName };
  const { vendor, takesCacheControl } = dialect;
  const nestsEffort = dialect.effortField === 'reasoning';
  const warnings = [
    ...ignoredFields(chat, dialect.refuses, vendor),
    ...unsentMarks(chat, vendor, {
      names: true,
      strict: true,
      cacheControl: takesCacheControl ? 'everywhere' : undefined,
    }),
    ...unsentNative(options),
    ...(nestsEffort ? [] : unsentReasoning(chat, vendor, options.effort)),
  ];
  for (const field of [...NEUTRAL_ONLY, ...dialect.refuses]) delete body[field];
  if (!takesCacheControl) delete body['cache_control'];
  if (!nestsEffort) delete body['reasoning'];
  for (const field of refusedSampling(chat, options)) {
    if (!(field in body)) continue;
    warnings.push(notSent(field, `${options.model.id} refuses it at this reasoning effort`));
    delete body[field];
  }
  body['messages'] = withShownApart(chat.messages).map((message) => toMessage(message, dialect));
  if (chat.tools && !takesCacheControl) body['tools'] = chat.tools.map((tool) => without(tool, ['cache_control']));
  if (chat.tools?.length === 0) delete body['tools'];
  const limit = outputLimitOf(chat);
  if (limit !== undefined) body[dialect.limitField] = limit;
  if (options.effort !== undefined) body[dialect.effortField] = toEffort(chat, options.effort, dialect);
  for (const [field, value] of Object.entries(body)) if (value === null) delete body[field];
  return { body, warnings };
}

/** OpenRouter takes a word or a number of tokens, not both. */
function toEffort(chat: Chat, effort: Effort, { effortField }: Dialect): unknown {
  if (effortField !== 'reasoning') return effort;
  const asked = Reasoning.safeParse(chat['reasoning']).data ?? {};
  return typeof asked.max_tokens === 'number' && !asked.effort ? asked : { ...asked, effort };
}

/** Results of tools are text alone there: what is to be seen follows the last of a round, as the user's. */
function withShownApart(messages: readonly Message[]): Message[] {
  const sent: Message[] = [];
  let shown: ContentPart[] = [];
  const show = (): void => {
    if (shown.length > 0) sent.push({ role: 'user', content: shown });
    shown = [];
  };
  for (const message of messages) {
    const { role, content } = message;
    const isResult = role === 'tool' || role === 'function';
    if (!isResult) show();
    const pictures = isResult && Array.isArray(content) ? content.filter(({ type }) => type !== 'text') : [];
    if (pictures.length === 0 || !Array.isArray(content)) sent.push(message);
    else {
      const said = content.filter(({ type }) => type === 'text');
      sent.push({ ...message, content: said.length > 0 ? said : '' });
      shown.push(...pictures);
    }
  }
  show();
  return sent;
}

function toMessage(message: Message, dialect: Dialect): Record<string, unknown> {
  const { is_error: _, content, tool_calls: calls, reasoning_details: details, ...rest } = message;
  const sent: Record<string, unknown> = { ...rest };
  if (!dialect.takesCacheControl) delete sent['cache_control'];
  if (dialect.reasoning === 'none') for (const field of REASONING) delete sent[field];
  // Signed thinking goes back only to the one that made it: OpenRouter's has types of its own.
  const own =
    dialect.reasoning === 'openrouter' ? (details ?? []).filter(({ type }) => type.startsWith('reasoning.')) : [];
  if (own.length > 0) sent['reasoning_details'] = own;
  if (content !== undefined) sent['content'] = typeof content === 'string' ? content : toParts(content, dialect);
  if (calls && calls.length > 0) sent['tool_calls'] = calls.map(toToolCall);
  if (sent['refusal'] === null) delete sent['refusal'];
  return sent;
}

function toParts(parts: readonly ContentPart[] | null, { takesCacheControl }: Dialect): unknown {
  if (parts === null || takesCacheControl) return parts;
  return parts.map((part) => without(part, ['cache_control']));
}

/** Gemini's thought signature is of no use to others, and some refuse fields that they do not know. */
function toToolCall(call: AnyCall): Record<string, unknown> {
  return without(call, ['extra_content']);
}

function without(value: Readonly<Record<string, unknown>>, fields: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([field]) => !fields.includes(field)));
}
