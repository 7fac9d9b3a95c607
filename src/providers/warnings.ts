// What a model does not take is left out with a warning in the answer, never in silence. Pure.
import type { Chat } from '../domain/chat.ts';
import type { CallOptions } from './provider.ts';

const SAMPLING = ['temperature', 'top_p', 'logprobs', 'top_logprobs'] as const;
export type SamplingField = (typeof SAMPLING)[number];

/** Sampling fields that this model would refuse at this effort. */
export function refusedSampling(chat: Chat, { model, effort }: Pick<CallOptions, 'model' | 'effort'>): SamplingField[] {
  const rule = model.details.samplingParams ?? 'always';
  const refuses = rule === 'never' || (rule === 'reasoning_off_only' && effort !== undefined && effort !== 'none');
  if (!refuses) return [];
  return SAMPLING.filter((field) => chat[field] !== undefined && chat[field] !== null && chat[field] !== false);
}

export function notSent(field: string, why: string): string {
  return `${field} was not sent: ${why}`;
}

/** A warning for each of those fields that the caller set to something that matters. */
export function ignoredFields(chat: Chat, fields: readonly string[], vendor: string): string[] {
  return fields
    .filter((field) => chat[field] !== undefined && chat[field] !== null && !DOES_NOTHING.has(chat[field]))
    .filter((field) => field !== 'n' || chat.n !== 1)
    .map((field) => notSent(field, `${vendor} has nothing like it`));
}

const DOES_NOTHING: ReadonlySet<unknown> = new Set([false, 0, '']);
