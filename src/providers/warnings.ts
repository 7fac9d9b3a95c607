// What a model does not take is left out with a warning in the answer, never in silence. Pure.
import { Chat } from '../domain/chat.ts';
import { type SamplingField, refusedSampling as refusedAt, setFields } from '../domain/parameters.ts';
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
