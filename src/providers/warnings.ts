// What a model does not take is left out with a warning in the answer, never in silence. Pure.
import type { Chat } from '../domain/chat.ts';
import type { CallOptions } from './provider.ts';

/** Sampling fields that this model would refuse at this effort. */
export function refusedSampling(
  chat: Chat,
  { model, effort }: Pick<CallOptions, 'model' | 'effort'>,
): ('temperature' | 'top_p')[] {
  const rule = model.details.samplingParams ?? 'always';
  const refuses = rule === 'never' || (rule === 'reasoning_off_only' && effort !== undefined && effort !== 'none');
  if (!refuses) return [];
  return (['temperature', 'top_p'] as const).filter((field) => chat[field] !== undefined && chat[field] !== null);
}

export function notSent(field: string, why: string): string {
  return `${field} was not sent: ${why}`;
}
