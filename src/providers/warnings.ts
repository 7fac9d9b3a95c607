// What a model does not take is left out with a warning in the answer, never in silence. Pure.
import { Chat } from '../domain/chat.ts';
import { type SamplingField, refusedSampling as refusedAt, setFields } from '../domain/parameters.ts';
import { Reasoning, effortOfReasoning } from '../domain/reasoning.ts';
import type { CallOptions } from './provider.ts';

/** Sampling fields that this model would refuse at this effort. */
export function refusedSampling(chat: Chat, { model, effort }: Pick<CallOptions, 'model' | 'effort'>): SamplingField[] {
  return refusedAt(chat, model, effort);
}

export function notSent(field: string, why: string): string {
  return `${field} was not sent: ${why}`;
}

/** A warning for each of those fields that the caller set to something that matters. */
export function ignoredFields(chat: Chat, fields: readonly string[], vendor: string): string[] {
  return setFields(chat, fields).map((field) => notSent(field, `${vendor} has nothing like it`));
}

/** A warning for each field that the neutral form does not know either: only vendors of its own shape can be sent it. */
export function unknownFields(chat: Chat, known: readonly string[], vendor: string): string[] {
  const fields = Object.keys(chat).filter((field) => !(field in Chat.shape) && !known.includes(field));
  return ignoredFields(chat, fields, vendor);
}

/** A warning for each kind of part, files and sound for instance, that this vendor's adapter has no place for. */
export function unsentParts(chat: Chat, vendor: string): string[] {
  const kinds = chat.messages.flatMap(({ content }) =>
    Array.isArray(content)
      ? content.flatMap((part) => (part.image_url || part.text !== undefined ? [] : [part.type]))
      : [],
  );
  return [...new Set(kinds)].map((kind) => notSent(`a part of type ${kind}`, `${vendor} is sent text and images only`));
}

type Takes = {
  readonly names?: true;
  readonly strict?: true;
  readonly cacheControl?: 'everywhere' | 'on parts' | undefined;
};

/** A warning for each kind of mark on messages, parts and tools that this vendor's adapter has no place for. */
export function unsentMarks(chat: Chat, vendor: string, takes: Takes = {}): string[] {
  const { messages, tools = [] } = chat;
  const lost: string[] = [];
  // The name of a result is that of its function.
  const named = messages.some(({ role, name }) => name !== undefined && role !== 'tool' && role !== 'function');
  if (named && !takes.names) lost.push('name');
  if (tools.some(({ function: fn }) => fn?.strict) && !takes.strict) lost.push('strict');
  const onParts =
    tools.some((tool) => tool['cache_control']) ||
    messages.some(({ content }) => Array.isArray(content) && content.some((part) => part.cache_control));
  const onMessages = messages.some((message) => message['cache_control']);
  const onAll = Boolean(chat['cache_control']);
  if ((onMessages && takes.cacheControl !== 'everywhere') || ((onParts || onAll) && !takes.cacheControl))
    lost.push(takes.cacheControl ? 'cache_control of a message' : 'cache_control');
  return lost.map((mark) => notSent(mark, `${vendor} has nothing like it`));
}

/** What OpenRouter's `reasoning` says beside how much, which is sent as an effort; and that a number of tokens became one. */
export function unsentReasoning(
  chat: Chat,
  vendor: string,
  effort: CallOptions['effort'],
  takesBudget = false,
): string[] {
  const asked = chat['reasoning'];
  if (asked === undefined || asked === null) return [];
  if (effortOfReasoning(asked) === undefined) return [notSent('reasoning', `${vendor} has nothing like it`)];
  const { effort: word, max_tokens: budget, enabled: _, ...rest } = Reasoning.parse(asked);
  const told = Object.keys(rest).map((field) => notSent(`reasoning.${field}`, `${vendor} has nothing like it`));
  return word || typeof budget !== 'number' || effort === undefined || takesBudget
    ? told
    : [`reasoning.max_tokens was sent as the effort ${effort}: ${vendor} is told no number of tokens`, ...told];
}

/** A warning for each field of a body in another vendor's own form that the neutral form says nothing of. */
export function unsentNative({ native }: Pick<CallOptions, 'native'>): string[] {
  return (native?.untold ?? []).map((field) => notSent(field, 'only Anthropic’s own models take it'));
}
